/** What actions that follow health are given, written by hand: a state in memory, a prober that measures what it is told to. */
import type { AlertServices, AlertStore, FollowContext, LinkLayer, Prober, ScheduleRun } from '../../src/actions/alerts.ts';
import { createRounds } from '../../src/actions/rounds.ts';
import { DEFAULT_POLICY, emptyState } from '../../src/alerts/index.ts';
import type { AlertState } from '../../src/alerts/model.ts';
import type { RuleId, HealthSubject, Sample } from '../../src/mesh/health.ts';
import { logLines, type LogLines } from '../core/log-lines.ts';
import { createHandClock, type HandClock } from '../core/hand-clock.ts';
import { mesh } from '../mesh/build.ts';
import { looking } from './ports.ts';

/** 24 November 2026, noon UTC. */
export const NOON = Date.UTC(2026, 10, 24, 12);

export interface MemoryStore extends AlertStore {
  state: AlertState;
  /** Called before each write: whoever is faster writes here. */
  meanwhile: () => void;
  writes: number;
}

export function memoryStore(state: AlertState = emptyState(NOON)): MemoryStore {
  const store: MemoryStore = {
    state,
    meanwhile: () => undefined,
    writes: 0,
    load: async () => ({ state: store.state, version: 0 }),
    async commit(before, next) {
      store.meanwhile();
      if (before.state !== store.state) return false;
      if (next !== store.state) store.writes += 1;
      store.state = next;
      return true;
    },
  };
  return store;
}

/** What the prober of a desk measures; replace a part before it is asked for. */
export interface Measuring {
  quick: (signal: AbortSignal) => Promise<readonly Sample[]>;
  slow: (signal: AbortSignal) => Promise<readonly Sample[]>;
  publicPath: (signal: AbortSignal) => Promise<readonly Sample[]>;
  layers: readonly LinkLayer[];
}

export interface FollowDesk {
  readonly context: FollowContext;
  readonly alerts: AlertServices;
  readonly store: MemoryStore;
  readonly clock: HandClock;
  readonly lines: LogLines;
  readonly measuring: Measuring;
  /** What was told to whoever asked. */
  readonly phrases: readonly string[];
  /** When each schedule ran. */
  runs: readonly ScheduleRun[];
  alive: readonly string[];
}

/** An action's context in which everything is as the test says. `cluster-a` is where we are. */
export function followDesk(changed: Partial<AlertServices> = {}): FollowDesk {
  const store = memoryStore();
  const clock = createHandClock(NOON);
  const lines = logLines();
  const { context, phrases } = looking(mesh());
  const measuring: Measuring = { quick: async () => [], slow: async () => [], publicPath: async () => [], layers: [] };
  const prober: Prober = {
    vantage: 'cluster-a',
    quick: (signal) => measuring.quick(signal),
    slow: (signal) => measuring.slow(signal),
    publicPath: (signal) => measuring.publicPath(signal),
    async layers(_, tell) {
      for (const layer of measuring.layers) tell(layer);
      return measuring.layers;
    },
  };
  const alerts: AlertServices = {
    store,
    policy: DEFAULT_POLICY,
    prober,
    vantages: { beat: async () => undefined, alive: async () => desk.alive },
    newId: () => 's1',
    rounds: createRounds(clock),
    clusters: ['cluster-a', 'cluster-b'],
    schedules: async () => desk.runs,
    elsewhere: () => Promise.reject(new Error('this test asks nobody elsewhere')),
    ...changed,
  };
  const desk: FollowDesk = {
    context: { ...context, clock, log: lines.log, alerts },
    alerts,
    store,
    clock,
    lines,
    measuring,
    phrases,
    runs: [],
    alive: [],
  };
  return desk;
}

const CAUSE = { code: 'timed-out', says: 'connect timed out', facts: [], hint: 'Look at it.', commands: [] };

/** A measurement of now. */
export function sampleOf(rule: RuleId, subject: HealthSubject, outcome: Sample['outcome'], at: number, vantage = 'cluster-a'): Sample {
  return { rule, subject, outcome, at, vantage, ...(outcome === 'ok' ? {} : { cause: CAUSE }) };
}

export const LINK = { kind: 'link', from: 'cluster-a', to: 'cluster-b' } as const;
