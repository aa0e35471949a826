/**
 * Errors for the person on call: each says what failed, where, why, and what to do next.
 * A fault of the mesh is data (a finding, an `Observed` failure), not an exception; these are for when an operation cannot go on.
 */

/**
 * Why an operation failed, as a closed list: it decides whether a retry helps, and it is the log field and the metric label.
 *
 * - `unreachable` nothing answered: refused, no route, name unknown, connection cut
 * - `timeout` our own deadline passed
 * - `tls` the peer's certificate is not what we expect
 * - `unauthorized` who we are was not accepted (401, an expired token, a refused client certificate)
 * - `forbidden` who we are may not do this (403)
 * - `notFound` the object or the kind is not there
 * - `conflict` somebody else changed or owns it
 * - `rateLimited` asked to come back later (429)
 * - `serverError` the peer says it failed (5xx)
 * - `protocol` an answer that makes no sense
 * - `invalid` our input is wrong: a retry cannot help
 * - `cancelled` the caller no longer wants it
 * - `internal` a defect of ours
 */
export const REASONS = [
  'unreachable',
  'timeout',
  'tls',
  'unauthorized',
  'forbidden',
  'notFound',
  'conflict',
  'rateLimited',
  'serverError',
  'protocol',
  'invalid',
  'cancelled',
  'internal',
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

const RETRYABLE: ReadonlySet<Reason> = new Set(['unreachable', 'timeout', 'rateLimited', 'serverError', 'conflict']);

/** True where trying again later, unchanged, may succeed. */
export function isRetryable(reason: Reason): boolean {
  return RETRYABLE.has(reason);
}

export interface OperatorErrorInit {
  readonly reason: Reason;
  /** What failed, as a sentence without its end: `Cannot list secrets`. */
  readonly what: string;
  /** Where: a cluster, an object, a file with its line, a server. */
  readonly where?: string;
  /** Why, in the words of whoever refused; never a secret, never a whole answer. */
  readonly why?: string;
  /** What to do next, as an instruction. */
  readonly next?: string;
  /** What a repaired repeat may wait for, in milliseconds, where the peer told (Retry-After). */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error with its repair. `message` is one line: what, where and why; `next` stands apart so that cards can set it apart. */
export class OperatorError extends Error {
  readonly reason: Reason;
  readonly what: string;
  readonly where: string | undefined;
  readonly why: string | undefined;
  readonly next: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(init: OperatorErrorInit) {
    const where = init.where === undefined ? '' : ` (${init.where})`;
    const why = init.why === undefined ? '' : `: ${init.why}`;
    super(`${init.what}${where}${why}`, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'OperatorError';
    this.reason = init.reason;
    this.what = init.what;
    this.where = init.where;
    this.why = init.why;
    this.next = init.next;
    this.retryAfterMs = init.retryAfterMs;
  }

  get retryable(): boolean {
    return isRetryable(this.reason);
  }
}

/** What a failure looks like once it is data: in a snapshot, in a job's result, in a card. No stack, no cause, no secret. */
export interface Failure {
  readonly reason: Reason;
  /** One line: what, where and why. */
  readonly message: string;
  readonly next?: string;
}

/** Any thrown value as a {@link Failure}. A value that is not an `OperatorError` is a defect and says only its own message. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof OperatorError) {
    return thrown.next === undefined
      ? { reason: thrown.reason, message: thrown.message }
      : { reason: thrown.reason, message: thrown.message, next: thrown.next };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { reason: 'internal', message, next: 'This is a defect of meshwarden: report it with the log of this moment.' };
}
