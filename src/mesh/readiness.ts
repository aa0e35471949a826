import { formatRelative, HOUR } from '../core/duration.ts';
import type { Condition, ManagedCertificate } from './model.ts';
import { utc } from './wording.ts';

/** A condition by its type. */
export function conditionOf(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** `Reason: message`, as far as they are told. */
export function shownCondition({ status, reason, message }: Condition): string {
  return [reason ?? status, ...(message === undefined || message === '' ? [] : [message])].join(': ');
}

/** What cert-manager says where a Certificate is not Ready; undefined where it is. */
export function notReady({ conditions }: ManagedCertificate): string | undefined {
  const ready = conditionOf(conditions, 'Ready');
  if (ready === undefined) return 'It has no condition Ready: cert-manager has not looked at it yet.';
  return ready.status === 'True' ? undefined : `Ready is ${ready.status}: ${shownCondition(ready)}`;
}

/** The last issuance failed and none has succeeded since. */
export interface IssuanceFailure {
  /** What cert-manager says of it; undefined while another attempt is under way. */
  readonly why: string | undefined;
  readonly attempts: number;
  readonly failedAt: number;
  /** cert-manager does not try again before, by itself. UTC milliseconds. */
  readonly waitsUntil: number;
}

/** Undefined where the last issuance did not fail. */
export function lastFailure({
  conditions,
  lastFailureTime: failedAt,
  failedAttempts,
}: Pick<ManagedCertificate, 'conditions' | 'lastFailureTime' | 'failedAttempts'>): IssuanceFailure | undefined {
  if (failedAt === undefined) return undefined;
  const issuing = conditionOf(conditions, 'Issuing');
  const attempts = failedAttempts ?? 1;
  // A condition that says True is an attempt under way, of which nothing is known yet.
  const why = issuing?.status === 'False' ? shownCondition(issuing) : undefined;
  return { why, attempts, failedAt, waitsUntil: failedAt + backOff(attempts) };
}

/** What is so where the last issuance failed: the failure and when it is tried again. Undefined: it did not fail, or has since succeeded. */
export function issuanceFailure(certificate: ManagedCertificate, now: number): readonly string[] | undefined {
  const failure = lastFailure(certificate);
  if (failure === undefined) return undefined;
  const { why, attempts, failedAt, waitsUntil } = failure;
  return [
    ...(why === undefined ? [] : [why]),
    `${attempts === 1 ? 'One attempt' : `${attempts} attempts in a row`} failed, the last one at ${utc(failedAt)}.`,
    waitsUntil > now
      ? `cert-manager waits until ${utc(waitsUntil)} (${formatRelative(waitsUntil, now)}).`
      : `The wait after it was over at ${utc(waitsUntil)}.`,
  ];
}

/** cert-manager waits an hour after the first failure and twice as long after each further one, 32 hours at most. */
function backOff(attempts: number): number {
  return 2 ** Math.min(Math.max(attempts - 1, 0), 5) * HOUR;
}
