/** The health of one subject, from one sample to the next and as time passes. */
import { subjectKey, type HealthSubject, type Sample } from '../mesh/health.ts';
import { compact, type Loose } from './compact.ts';
import { healthKey, type AlertPolicy, type HealthState, type RulePolicy, type SubjectHealth } from './model.ts';
import { isAhead, rewound } from './rewind.ts';

/** What health is judged by. */
export interface Judging {
  readonly now: number;
  readonly rule: RulePolicy;
  readonly flapping: AlertPolicy['flapping'];
}

const MARKS = { ok: '+', failing: '-', unknown: '?' } as const;

/** The key under which a sample counts. */
export function keyOf(sample: Sample): string {
  return healthKey(sample.rule, subjectKey(sample.subject));
}

type Mark = (typeof MARKS)[keyof typeof MARKS];

/** What is remembered of a subject; of one that was never measured, nothing. */
type Past = Pick<SubjectHealth, 'state' | 'window' | 'turns' | 'knownAt'> & Partial<SubjectHealth>;
const NEVER: Past = { state: 'unknown', window: '', turns: [], knownAt: 0 };

/** Health after one more sample; the same object where the sample is late, repeated, or of a vantage that does not judge this subject. */
export function follow(before: SubjectHealth | undefined, sample: Sample, judging: Judging): SubjectHealth | undefined {
  const { now, rule } = judging;
  // A vantage whose clock runs ahead must not make everything that follows look late.
  const at = Math.min(sample.at, now);
  const known = before !== undefined && isAhead(before, now) ? rewound(before, at) : before;
  if (!isNews(known, sample, at, rule)) return before;
  const past = known ?? NEVER;
  const mark = MARKS[sample.outcome];
  const verdict = judged(past, mark, at, judging);
  return compact<SubjectHealth>({
    rule: sample.rule,
    subject: past.subject ?? sample.subject,
    ...verdict,
    since: past.state === verdict.state ? (past.since ?? at) : at,
    ...troubleOf(past, sample, { at, mark, state: verdict.state, failed: verdict.failed === true }),
    sampledAt: at,
    knownAt: mark === '?' ? past.knownAt : at,
    expectedFrom: mark === '?' ? past.expectedFrom : undefined,
    countsFrom: undefined,
    vantage: sample.vantage,
    latencyMs: sample.latencyMs,
    path: sample.path,
    says: sample.says,
    incident: past.incident,
  });
}

type Verdict = Pick<SubjectHealth, 'window' | 'turns' | 'state'> & Pick<Loose<SubjectHealth>, 'failed'>;

function judged(past: Past, mark: Mark, at: number, { rule, flapping }: Judging): Verdict {
  // What was seen long before, such as before a restart, says nothing together with what is seen now.
  const isOld = at - (past.sampledAt ?? at) > 2 * rule.unknownAfter;
  const blank = isOld || (past.state === 'unknown' && mark !== '?');
  const seen = ((blank ? '' : past.window) + mark).slice(-Math.max(rule.of, rule.recoveries));
  const failed = isFailed(seen, past.failed === true, rule);
  const turned = failed !== (past.failed === true);
  const turns = turned ? [...past.turns, at].slice(-flapping.changes) : past.turns;
  const often = turned && turns.filter((turn) => turn > at - flapping.within).length >= flapping.changes;
  const stillUnknown = past.state === 'unknown' && mark === '?';
  const swings = past.state === 'flapping' || often;
  // What it took to recover has been counted: it starts anew, so that one bad sample is one.
  const window = turned && !failed ? '+'.repeat(goodOnes(seen)) : seen;
  return {
    window,
    turns,
    failed: failed ? true : undefined,
    state: stillUnknown ? 'unknown' : swings ? 'flapping' : stateOf(window, failed, rule),
  };
}

interface Seen {
  readonly at: number;
  readonly mark: Mark;
  readonly state: HealthState;
  readonly failed: boolean;
}

/** Since when and why it fails, or why nothing is known of it. */
function troubleOf(
  past: Past,
  sample: Sample,
  { at, mark, state, failed }: Seen,
): Pick<Loose<SubjectHealth>, 'failingSince' | 'severity' | 'cause'> {
  if (state === 'ok') return { failingSince: undefined, severity: undefined, cause: mark === '?' ? sample.cause : undefined };
  return {
    failingSince: state === 'unknown' && !failed ? undefined : (past.failingSince ?? at),
    severity: mark === '-' ? sample.severity : past.severity,
    // Why nothing is known is no reason why it fails.
    cause: mark === '?' && failed ? past.cause : (sample.cause ?? past.cause),
  };
}

/**
 * Where several vantages measure the same, one of them judges, or their differences would look like changes: the first, until it is silent or blind.
 */
function isNews(before: SubjectHealth | undefined, sample: Sample, at: number, rule: RulePolicy): boolean {
  if (!Number.isFinite(at)) return false;
  if (before === undefined) return true;
  if (at <= before.sampledAt || at <= (before.countsFrom ?? at - 1)) return false;
  if (before.vantage === sample.vantage || before.state === 'unknown') return true;
  return at - before.sampledAt > rule.unknownAfter / 2 || (before.window.endsWith('?') && sample.outcome !== 'unknown');
}

/** Whether it counts as failing after what was seen last. */
function isFailed(window: string, failed: boolean, rule: RulePolicy): boolean {
  return failed ? goodOnes(window) < rule.recoveries : failures(window, rule) >= rule.failures;
}

function stateOf(window: string, failed: boolean, rule: RulePolicy): HealthState {
  if (failed) return goodOnes(window) > 0 ? 'resolving' : 'firing';
  return failures(window, rule) > 0 ? 'pending' : 'ok';
}

/** How many of the last samples that the rule looks at failed. */
export function failures(window: string, { of }: RulePolicy): number {
  return window.slice(-of).split('-').length - 1;
}

function goodOnes(window: string): number {
  return window.length - window.replace(/\+*$/, '').length;
}

/** Whether its last sample had no result. */
export function isBlind({ window }: SubjectHealth): boolean {
  return window.endsWith('?');
}

/** Since when nothing is known of it, in UTC milliseconds, as far as it could be known. */
export function missedSince({ knownAt, expectedFrom = 0, since }: SubjectHealth): number {
  return Math.max(knownAt > 0 ? knownAt : since, expectedFrom);
}

/** Health as time passes without a sample: calm again, or unknown. The same object where neither is so. */
export function age(health: SubjectHealth, { now, rule, flapping }: Judging, someoneMeasures: boolean): SubjectHealth {
  if (health.state !== 'unknown' && someoneMeasures && now - missedSince(health) >= rule.unknownAfter) {
    // What people were told of stands until it is known to be well; what flapped is not.
    const fails = health.failed === true || health.state === 'flapping';
    if (fails && health.incident !== undefined) return { ...health, failed: true, state: 'unknown', since: now };
    const { failingSince: _, failed: __, cause, ...rest } = health;
    return { ...rest, ...(cause === undefined || !isBlind(health) ? {} : { cause }), state: 'unknown', since: now };
  }
  const turned = health.turns.at(-1) ?? health.since;
  if (health.state !== 'flapping' || now - turned < flapping.calmAfter) return health;
  const state = stateOf(health.window, health.failed === true, rule);
  const { failingSince, cause, severity, ...rest } = health;
  const trouble = state === 'ok' ? {} : compact({ failingSince, cause, severity });
  return { ...rest, ...trouble, state, since: now, turns: [] };
}

/** Health of what was explained by a cause that has ended: it must fail often enough again before it is told of by itself. */
export function released(health: SubjectHealth, now: number): SubjectHealth {
  const { incident: _, failed: __, ...rest } = health;
  const anew = { ...rest, window: '', countsFrom: now, expectedFrom: now };
  return health.state === 'unknown' ? anew : { ...anew, state: 'pending', since: now };
}

/** Whether probes measure it; the rest is seen by us about ourselves, and says nothing of whether anything is measured. */
export function isProbed({ kind }: HealthSubject): boolean {
  return kind !== 'schedule' && kind !== 'trial';
}

/** Whether something can be missed under a rule where anything was measured last so long ago, in milliseconds: only while somebody measures. */
export function canMiss({ unknownAfter }: RulePolicy, sinceLast: number): boolean {
  return sinceLast <= unknownAfter / 2;
}
