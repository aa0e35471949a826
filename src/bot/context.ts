/** What the bot needs from the rest of the product: built in the composition root, never reached for. */
import type { IncidentBoard } from '../actions/alerts.ts';
import type { Notice } from '../actions/notice.ts';
import type { AlertState } from '../alerts/model.ts';
import type { Clock } from '../core/clock.ts';
import type { Failure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { AccessRules } from './access.ts';
import type { Changes } from './change-ports.ts';

export type JobOutcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure };

/** Asks for jobs and hears what became of them. */
export interface Jobs {
  submit(name: string, payload: object): Promise<string>;
  outcome(id: string, signal: AbortSignal, listener?: { started?(): void; progress?(text: string): void }): Promise<JobOutcome>;
  result(id: string): Promise<JobOutcome | undefined>;
  /** What the last scheduled run of a job gave, as far as this process heard of it. */
  latest(name: string): Promise<JobOutcome | undefined>;
  counts(): Promise<{ readonly waiting: number; readonly active: number; readonly failed: number; readonly workers: number }>;
}

/** Of several bots, the first to claim an interaction answers it. */
export interface Claims {
  take(id: string): Promise<boolean>;
}

export interface PendingReply {
  readonly jobId: string;
  /** The kind of answer that is being waited for. */
  readonly kind: string;
  readonly channel: string;
  readonly message: string;
  readonly user: string;
  readonly at: number;
}

/** Which messages wait for a job, kept so that a restarted bot finishes them. */
export interface Replies {
  add(reply: PendingReply): Promise<void>;
  remove(jobId: string): Promise<void>;
  all(): Promise<readonly PendingReply[]>;
}

export interface OutboxEntry {
  readonly id: string;
  readonly notice: Notice;
  readonly at: number;
  readonly nonce: string;
  readonly attempt: number;
}

/** News that wait to be posted. */
export interface Outbox {
  claim(now: number, leaseMs: number): Promise<OutboxEntry | undefined>;
  done(id: string, messageId: string): Promise<void>;
  /** The message that a notice became. */
  messageOf(id: string): Promise<string | undefined>;
  retry(entry: OutboxEntry, now: number, afterMs?: number): Promise<number>;
  depth(): Promise<number>;
}

export interface ScheduleView {
  readonly name: string;
  readonly cron: string;
  readonly at: number | undefined;
}

export interface BotContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: Jobs;
  readonly claims: Claims;
  readonly replies: Replies;
  readonly outbox: Outbox;
  readonly access: AccessRules;
  /** Names of all clusters, for autocompletion and to check what a person or a button names. */
  readonly clusters: readonly string[];
  readonly alertsChannel: string;
  /** Where it is recorded who did what; undefined: nowhere in chat. */
  readonly auditChannel?: string;
  /** Absent where this service only looks. */
  readonly changes?: Changes;
  /** Incidents to show; absent where nobody follows health over time. */
  readonly incidents?: IncidentBoard;
  /** Everything that is known of health over time, to complete what a person types. */
  readonly alertState?: () => Promise<AlertState>;
  /** The role that a page calls which nobody acknowledged; undefined: nobody is called. */
  readonly escalationRole?: string;
  readonly version: string;
  readonly startedAt: number;
  /** Why Redis is away; undefined while it answers. */
  readonly redisAway: () => string | undefined;
  readonly schedules: () => readonly ScheduleView[];
}
