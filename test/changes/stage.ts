/** An engine on an authority of one number: it counts to three, one write at a time. What goes wrong is decided by the test. */
import type { AuditEntry, AuthorityPort, ChangeView, EngineContext } from '../../src/changes/ports.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { createLogger } from '../../src/core/logger.ts';
import type { ChangePlan, Decision, Goal, Planner, Step } from '../../src/rotation/goal.ts';
import type { CaState, Intent, IntentObject } from '../../src/rotation/model.ts';

export const GOAL: Goal = { kind: 'intermediate', cluster: 'cluster-b' };
export const NOW = Date.UTC(2026, 10, 24, 12);
/** So many writes lead to the goal; then the intent is closed. */
export const WRITES = 3;

export interface Stage {
  readonly context: EngineContext;
  /** What the clusters hold. */
  readonly world: { writes: number; intent: IntentObject | null; readonly steps: Step[]; looks: number };
  readonly views: ChangeView[];
  readonly audited: AuditEntry[];
  /** Leases that were taken and given back. */
  readonly leases: { taken: number; released: number };
  readonly abort: AbortController;
  readonly slept: number[];
}

export interface StageOptions {
  /** Happens in place of the nth call of `carryOut`, counted from 1; `after`: the write is done and its answer is lost. */
  readonly carryOut?: (call: number, lease: { lose(): void }) => { readonly throws: unknown; readonly after?: boolean } | undefined;
  readonly decide?: (writes: number, now: number) => Decision | undefined;
  readonly violations?: EngineContext['violations'];
  readonly intent?: Partial<Intent>;
  readonly plan?: Partial<ChangePlan>;
}

export const PLAN: ChangePlan = {
  goal: GOAL,
  title: 'Count to three',
  now: [],
  then: [],
  steps: [],
  remarks: [],
  waived: [],
  hash: 'a'.repeat(64),
};

export function intentOf(changed: Partial<Intent> = {}): Intent {
  return {
    id: 'k7f3',
    goal: GOAL,
    planHash: PLAN.hash,
    direction: 'forward',
    paused: false,
    startsAt: 0,
    createdAt: NOW,
    by: 'lena',
    approvedBy: [{ user: 'lena', at: NOW }],
    baseline: { signers: {}, contents: {}, revision: undefined, roots: [], generation: 1, leafLifeMs: 0 },
    shownIn: undefined,
    agreed: [],
    ...changed,
  };
}

export function conflict(): OperatorError {
  return new OperatorError({ reason: 'conflict', what: 'Cannot write', why: 'it has changed' });
}

const NOT_SEEN = { ok: false, failure: { reason: 'unreachable', message: 'not looked at' } } as const;

export function stage(options: StageOptions = {}): Stage {
  const world: Stage['world'] = {
    writes: 0,
    intent: options.intent === undefined ? null : { uid: 'u', resourceVersion: '1', intent: intentOf(options.intent) },
    steps: [],
    looks: 0,
  };
  const leases = { taken: 0, released: 0 };
  const abort = new AbortController();
  const slept: number[] = [];
  const views: ChangeView[] = [];
  const audited: AuditEntry[] = [];
  let now = NOW;
  let calls = 0;
  let lost = new AbortController();

  const apply = (step: Step): void => {
    world.steps.push(step);
    if (step.kind === 'closeIntent') world.intent = null;
    else world.writes += 1;
  };
  const authority: AuthorityPort = {
    async look() {
      world.looks += 1;
      return {
        at: now,
        clusters: [],
        intent: { ok: true, value: world.intent },
        signer: NOT_SEEN,
        policy: { leafLifeMs: 0 },
      } as unknown as CaState;
    },
    async carryOut(step, signal) {
      calls += 1;
      const wrong = options.carryOut?.(calls, { lose: () => lost.abort(conflict()) });
      if (wrong === undefined || wrong.after === true) apply(step);
      if (wrong !== undefined) throw wrong.throws;
      signal.throwIfAborted();
    },
    async createIntent(intent) {
      if (world.intent !== null) throw conflict();
      world.intent = { uid: 'u', resourceVersion: '1', intent };
      return world.intent;
    },
    async updateIntent(object) {
      if (object.resourceVersion !== world.intent?.resourceVersion) throw conflict();
      world.intent = { ...object, resourceVersion: String(Number(object.resourceVersion) + 1) };
      return world.intent;
    },
    async lease() {
      leases.taken += 1;
      lost = new AbortController();
      return {
        lost: lost.signal,
        async release() {
          leases.released += 1;
        },
      };
    },
  };
  const planner: Planner = {
    plan: () => ({ kind: 'plan', plan: { ...PLAN, ...options.plan } }),
    decide: () => options.decide?.(world.writes, now) ?? count(world.writes),
    progress: () => [],
  };
  const context: EngineContext = {
    authority,
    plannerOf: () => planner,
    violations: options.violations ?? (() => []),
    audit: { add: async (entry) => void audited.push(entry) },
    board: { put: async (view) => void views.push(view), get: async (id) => views.findLast((view) => view.id === id) },
    clock: {
      now: () => now,
      after: () => ({ stop: () => undefined }),
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        slept.push(ms);
        now += ms;
      },
    },
    log: createLogger('silent', { write: () => undefined }),
    signal: abort.signal,
    progress: () => undefined,
  };
  return { context, world, views, audited, leases, abort, slept };
}

function count(writes: number): Decision {
  const says = `write ${writes + 1}`;
  if (writes < WRITES)
    return { kind: 'step', says, step: { kind: 'hold', cluster: 'cluster-b', fingerprint: says, why: '', expects: null } };
  return { kind: 'step', says: 'counted to three', step: { kind: 'closeIntent', expects: null, outcome: 'done' } };
}
