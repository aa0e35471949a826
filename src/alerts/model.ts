/**
 * Health over time: what is remembered of each subject, and the incidents that people hear of. Pure data; time is always an argument.
 *
 * A subject is followed under one rule; its key is `rule|subject`. Everything here is kept in Redis as JSON and read back: fields are only added.
 */
import type { Severity } from '../mesh/finding.ts';
import type { Cause, HealthSubject, LinkPath, RuleId, Sample } from '../mesh/health.ts';

/** How one rule judges, with what the configuration says. Durations in milliseconds. */
export interface RulePolicy {
  readonly severity: Severity;
  /** False: samples are kept for `/mesh status`, and nobody is told. */
  readonly on: boolean;
  /** It fires when `failures` of the last `of` samples failed … */
  readonly failures: number;
  readonly of: number;
  /** … and is over after so many good ones in a row. */
  readonly recoveries: number;
  /** Nothing known for so long is told of as such. */
  readonly unknownAfter: number;
  /** Still failing: said again in the thread, so often. 0: never. */
  readonly remindEvery: number;
}

export interface AlertPolicy {
  readonly rules: Readonly<Record<RuleId, RulePolicy>>;
  /** So many changes between well and failing within `within` make it flap; it is calm again after `calmAfter` without one. */
  readonly flapping: { readonly changes: number; readonly within: number; readonly calmAfter: number };
  /** Who acknowledged is reminded after so long. 0: never. */
  readonly nagAfter: number;
  /** A page that nobody acknowledged mentions this role after so long; undefined: nobody. */
  readonly escalation: { readonly after: number; readonly role: string } | undefined;
  /** Severities that wait until the morning, and when that is: minutes of the UTC day. undefined: none. */
  readonly quiet: { readonly fromMinute: number; readonly toMinute: number; readonly severities: readonly Severity[] } | undefined;
}

/**
 * - `ok` well
 * - `pending` fails, and not yet often enough
 * - `firing` fails
 * - `resolving` was well again of late, and not yet often enough
 * - `flapping` changes too often to be told each time
 * - `unknown` nothing was measured for long enough to say so
 */
export type HealthState = 'ok' | 'pending' | 'firing' | 'resolving' | 'flapping' | 'unknown';

/** One subject under one rule. */
export interface SubjectHealth {
  readonly rule: RuleId;
  readonly subject: HealthSubject;
  readonly state: HealthState;
  /** Since when it is in that state, in UTC milliseconds. */
  readonly since: number;
  /** When the trouble began that it is in: its first failing sample after the last good time. */
  readonly failingSince?: number;
  /** The last outcomes, the newest last: `+` well, `-` failing, `?` unknown. As many as the rule looks at. */
  readonly window: string;
  /** When it last turned from well to failing or back, the newest last. */
  readonly turns: readonly number[];
  /** When it was last measured, and last with a result. */
  readonly sampledAt: number;
  readonly knownAt: number;
  readonly vantage: string;
  readonly severity?: Severity;
  /** Of the last sample that had one. */
  readonly cause?: Cause;
  readonly latencyMs?: number;
  readonly path?: LinkPath;
  readonly says?: string;
  /** The incident that tells of it, as its root or as something that it hides. */
  readonly incident?: string;
  /** It failed often enough and has not recovered since, whatever is known of it now. */
  readonly failed?: true;
  /** What was measured until then does not count: the cause that explained it ended then. */
  readonly countsFrom?: number;
  /** From when on it can be missed: nobody measured before, or a cause explained why nothing was known. */
  readonly expectedFrom?: number;
}

/** Words of the history, in the order in which they were said. Each becomes one line of the thread. */
export interface HistoryLine {
  readonly at: number;
  readonly says: string;
  /** `role`: mentions whom the policy escalates to; `person`: mentions who acknowledged. Absent: nobody is woken. */
  readonly wakes?: 'role' | 'person';
}

/** One message in the channel. */
export interface Incident {
  /** Short, unique, and made of the marker and when it began, so that it can be found again. */
  readonly id: string;
  /** The same for every incident of the same root: how an open message is found again when Redis lost everything. */
  readonly marker: string;
  /** `rule|subject` of the cause. */
  readonly root: string;
  /** What it tells: that something fails, or that nothing is known of it. One never becomes the other. */
  readonly about: 'failing' | 'unknown';
  readonly rule: RuleId;
  readonly subject: HealthSubject;
  readonly severity: Severity;
  /** When the trouble began and when it was clear that it is one, in UTC milliseconds. */
  readonly startedAt: number;
  readonly openedAt: number;
  /**
   * When the channel was to hear of it first. Absent: it began in a silence, a maintenance window or quiet hours and nobody is told, not even of its
   * end. An incident is due in the channel where this is set and `version` is higher than what was shown.
   */
  readonly announcedAt?: number;
  /** Absent while it is open. */
  readonly endedAt?: number;
  /** How it stands: that of its root; `over` when it has ended. `merged`: another incident explains it now. */
  readonly state: 'firing' | 'resolving' | 'flapping' | 'unknown' | 'over' | 'merged';
  /** `Link cluster-a → cluster-b is down`, one sentence without its end. */
  readonly title: string;
  readonly cause?: Cause;
  /** How sure: `3 of 4 probes failed`. */
  readonly evidence: string;
  /** What it explains, as titles, while they fail too. */
  readonly hides: readonly string[];
  /** The most that it hid at a time. */
  readonly hidMost: number;
  /** What else is known of it: the other direction, the path, in the order in which it is read. */
  readonly context: readonly string[];
  readonly ack?: { readonly by: string; readonly at: number; readonly nagAt: number };
  /**
   * Why nobody is woken by it: `silenced: …`, `maintenance: …` or `quiet hours`. One that was announced before is still edited, and its end is told all the
   * same.
   */
  readonly muted?: { readonly why: string; readonly until: number | undefined; readonly by: string | undefined };
  /** When its severity last rose: an older acknowledgement does not count, and escalation waits from then on. */
  readonly raisedAt?: number;
  /** When its cause was last put into other words. */
  readonly causeAt?: number;
  /** Set when it was said again or escalated. */
  readonly remindedAt?: number;
  readonly escalatedAt?: number;
  /** The incident that explains it now. */
  readonly mergedInto?: string;
  readonly history: readonly HistoryLine[];
  /** Goes up at each change that people should see. */
  readonly version: number;
  /** Changes of state alone: a message older than an hour is edited only for these. */
  readonly turn: number;
}

/** Somebody does not want to hear of a subject for a while. */
export interface Silence {
  readonly id: string;
  /** A pattern over `rule|subject`, in which `*` stands for anything; the same text that `/mesh silence` takes. */
  readonly match: string;
  readonly by: string;
  readonly reason: string;
  readonly from: number;
  readonly until: number;
}

/** A job of ours changes something there: what fails meanwhile is no news until it is over. */
export interface MaintenanceWindow {
  readonly id: string;
  readonly match: string;
  readonly reason: string;
  readonly from: number;
  /** It ends by itself then, whatever became of whoever opened it. */
  readonly until: number;
}

export interface AlertState {
  /** By `rule|subject`. */
  readonly subjects: Readonly<Record<string, SubjectHealth>>;
  /** By id: open ones, and those that ended of late. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
  /** When this state was begun: later than an open message in the channel where Redis lost what it knew. */
  readonly begunAt: number;
}

export type AlertEvent =
  | { readonly kind: 'samples'; readonly samples: readonly Sample[] }
  /** Time passed: reminders, what was not measured, what ends by itself. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'ack'; readonly incident: string; readonly by: string; readonly forMs: number | undefined }
  | { readonly kind: 'unack'; readonly incident: string; readonly by: string }
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'unsilence'; readonly id: string; readonly by: string }
  | { readonly kind: 'openWindow'; readonly window: MaintenanceWindow }
  | { readonly kind: 'closeWindow'; readonly id: string }
  /** These are followed no longer: they left the configuration. Their incidents end. */
  | { readonly kind: 'retire'; readonly keys: readonly string[] };

/** The key under which a subject is followed by a rule. */
export function healthKey(rule: RuleId, subject: string): string {
  return `${rule}|${subject}`;
}
