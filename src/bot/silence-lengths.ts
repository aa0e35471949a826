/** For how long something can be silenced from chat, and why. */
import { DAY, HOUR } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';

export const SILENCE_LENGTHS = [
  { label: '1 hour', value: '1h', ms: HOUR },
  { label: '4 hours', value: '4h', ms: 4 * HOUR },
  { label: '24 hours', value: '24h', ms: 24 * HOUR },
  { label: '7 days', value: '7d', ms: 7 * DAY },
] as const;

/** Longer reasons do not fit a card; they are cut. */
export const LONGEST_REASON = 200;

/** Milliseconds of a length that was chosen. @throws OperatorError for one that is not offered. */
export function silenceMs(chosen: string | undefined): number {
  const found = SILENCE_LENGTHS.find(({ value }) => value === chosen);
  if (found !== undefined) return found.ms;
  throw new OperatorError({
    reason: 'invalid',
    what: 'Nothing was silenced',
    why: 'there is no such length of time',
    next: `Choose one of ${SILENCE_LENGTHS.map(({ value }) => value).join(', ')}.`,
  });
}

/** What was typed as a reason, no longer than fits. @throws OperatorError for none. */
export function silenceReason(typed: string): string {
  const reason = typed.trim().slice(0, LONGEST_REASON);
  if (reason !== '') return reason;
  throw new OperatorError({
    reason: 'invalid',
    what: 'Nothing was silenced',
    why: 'it needs a reason',
    next: 'Say why, for those who wonder tomorrow.',
  });
}
