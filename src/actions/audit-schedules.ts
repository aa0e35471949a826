import { z } from 'zod';
import { strayKeys } from '../alerts/index.ts';
import { healthKey, type AlertEvent, type AlertState, type SubjectHealth } from '../alerts/model.ts';
import { toFailure } from '../core/errors.ts';
import { MINUTE, SECOND } from '../core/duration.ts';
import { LOCAL_VANTAGE, subjectKey, type Cause, type Sample } from '../mesh/health.ts';
import type { Action } from './action.ts';
import type { FollowContext, ScheduleRun } from './alerts.ts';
import { changeAlerts } from './change-alerts.ts';

export interface ScheduleAudit {
  readonly at: number;
  /** Names of schedules that stopped. */
  readonly stopped: readonly string[];
  /** Vantages that measured before and do not any more. */
  readonly silent: readonly string[];
  /** `skipped`: something of ours is not well, so that whoever waits for it should miss it. */
  readonly heartbeat: 'told' | 'failed' | 'skipped' | 'none';
}

const SELF = 'audit-schedules';
/** Its runs are looked at as well: where none of them measures anything, nothing else would say so. */
const PROBES = 'probe-links';
/** Who looked at nothing for so long was away, and cannot tell what stopped from what begins again with him. */
const AWAY_AFTER = 3 * MINUTE;
/** A vantage that measured of late is not silent, whatever became of its signs of life. */
const RECENT = 30 * SECOND;

export const auditSchedules: Action<Record<string, never>, ScheduleAudit, FollowContext> = {
  id: SELF,
  role: 'viewer',
  describe: 'Find schedules and vantages that stopped, and say outside that this service lives',
  input: z.strictObject({}),
  async run(_input, context) {
    const { alerts, clock } = context;
    const runs = await alerts.schedules();
    const alive = new Set([...(await alerts.vantages.alive(clock.now())), alerts.prober.vantage]);
    const known = { clusters: alerts.clusters, schedules: runs.map(({ name }) => name) };
    let silent: readonly string[] = [];
    let schedules: readonly Sample[] = [];
    const { after, now } = await changeAlerts(context, (state, now): readonly AlertEvent[] => {
      schedules = scheduleSamples(runs, state, now, alerts.prober.vantage);
      const missed = silentSamples(state, alive, now);
      silent = [...new Set(missed.map(({ vantage }) => vantage))].toSorted();
      const stray = [...strayKeys(state, known), ...leftBehind(state, alerts.prober.vantage)];
      return [
        ...(wasAway(state, now) ? [BEGINS_ANEW] : []),
        { kind: 'samples', samples: [...schedules, ...missed] },
        ...(stray.length === 0 ? [] : [{ kind: 'retire', keys: stray } as const]),
      ];
    });
    const stopped = schedules.flatMap(({ outcome, subject }) => (outcome === 'failing' && 'name' in subject ? [subject.name] : []));
    return { at: now, stopped, silent, heartbeat: await beat(stopped.length === 0 && !isOffline(after), context) };
  },
};

function scheduleSamples(runs: readonly ScheduleRun[], state: AlertState, now: number, vantage: string): readonly Sample[] {
  const isBack = wasAway(state, now);
  return runs.flatMap(({ name, last, expectedSince }): readonly Sample[] => {
    const sample = { rule: 'schedule-stopped', subject: { kind: 'schedule', name }, vantage, at: now } as const;
    const isDue = (at: number | undefined): boolean => expectedSince !== undefined && (at ?? state.begunAt) < expectedSince;
    const cause = isDue(last) ? stoppedCause(name, last) : name === PROBES && isDue(measuredAt(state)) ? fruitlessCause() : undefined;
    if (name === SELF || expectedSince === undefined || cause === undefined) return [{ ...sample, outcome: 'ok' }];
    if (!isBack && watchedSince(name, state, now) < expectedSince) return [{ ...sample, outcome: 'failing', cause }];
    return healthOf(name, state)?.failed === true ? [] : [{ ...sample, outcome: 'ok' }];
  });
}

function wasAway({ subjects }: AlertState, now: number): boolean {
  const looks = Object.values(subjects).flatMap(({ subject, sampledAt }) => (subject.kind === 'schedule' ? [sampledAt] : []));
  return now - Math.max(0, ...looks) > AWAY_AFTER;
}

/** Whoever was away looks from now on: what is followed of the audit itself tells since when. */
const BEGINS_ANEW: AlertEvent = { kind: 'retire', keys: [keyOf(SELF)] };

function keyOf(name: string): string {
  return healthKey('schedule-stopped', subjectKey({ kind: 'schedule', name }));
}

function healthOf(name: string, { subjects }: AlertState): SubjectHealth | undefined {
  return subjects[keyOf(name)];
}

/**
 * Since when it could have run and somebody looked, in UTC milliseconds. Slots that passed while nothing of ours ran, or while it was off, are not held
 * against it.
 */
function watchedSince(name: string, state: AlertState, now: number): number {
  const own = healthOf(name, state);
  const looked = healthOf(SELF, state)?.since ?? now;
  return own === undefined ? now : Math.max(looked, own.state === 'ok' ? own.since : 0);
}

function stoppedCause(name: string, last: number | undefined): Cause {
  return {
    code: 'schedule-stopped',
    says: `${name} missed three slots in a row`,
    facts: [last === undefined ? 'it never ran' : `it ran last at ${new Date(last).toISOString()}`],
    hint: 'Look at the log of the scheduler: `component` is `schedules`. A restart of it arms every schedule anew.',
    commands: [],
  };
}

/** When an API server was last asked, which every round of the service does; undefined: never. */
function measuredAt({ subjects }: AlertState): number | undefined {
  const asked = Object.values(subjects).flatMap(({ rule, sampledAt }) => (rule === 'api-down' ? [sampledAt] : []));
  return asked.length === 0 ? undefined : Math.max(...asked);
}

function fruitlessCause(): Cause {
  return {
    code: 'schedule-stopped',
    says: `${PROBES} is put into the queue, and nothing is measured`,
    facts: [],
    hint: 'Look at the log of the workers: `component` is `jobs`, `job` is `probe-links`.',
    commands: [],
  };
}

/** What a vantage measured that is there no longer: it is unknown now, and why is known. */
function silentSamples({ subjects }: AlertState, alive: ReadonlySet<string>, now: number): readonly Sample[] {
  return Object.values(subjects).flatMap(({ rule, subject, vantage, sampledAt }) => {
    const isOurs = subject.kind === 'schedule' || subject.kind === 'trial';
    if (isOurs || alive.has(vantage) || now - sampledAt < RECENT) return [];
    const cause = {
      code: 'no-worker',
      says: `no worker runs in ${vantage}`,
      facts: [],
      hint: `Start it again: \`meshwarden start --role worker --vantage ${vantage}\`.`,
      commands: [],
    };
    return [{ rule, subject, vantage, at: now, outcome: 'unknown', cause }];
  });
}

/** What was measured before anybody said in which cluster this service runs: nobody measures from there again. */
function leftBehind({ subjects }: AlertState, vantage: string): readonly string[] {
  if (vantage === LOCAL_VANTAGE) return [];
  const isFromNowhere = ({ subject }: SubjectHealth): boolean =>
    ('from' in subject && subject.from === LOCAL_VANTAGE) || ('vantage' in subject && subject.vantage === LOCAL_VANTAGE);
  return Object.entries(subjects).flatMap(([key, health]) => (isFromNowhere(health) ? [key] : []));
}

function isOffline({ subjects }: AlertState): boolean {
  return Object.values(subjects).some(({ rule, failed }) => rule === 'self-offline' && failed === true);
}

/** That nobody hears it fails no audit: whoever waits for it notices. */
async function beat(isWell: boolean, { alerts: { heartbeat }, signal, log }: FollowContext): Promise<ScheduleAudit['heartbeat']> {
  if (heartbeat === undefined) return 'none';
  if (!isWell) return 'skipped';
  try {
    await heartbeat(signal);
    return 'told';
  } catch (error) {
    const { reason, message } = toFailure(error);
    log.warn({ component: 'alerts', reason, why: message }, 'the heartbeat was not heard; the next one is tried in a minute');
    return 'failed';
  }
}
