/** What a measurement is worth while the process that takes it is held up. Pure. */
import { formatDuration } from '../../core/duration.ts';
import type { Cause, Sample } from '../health.ts';

export interface Delay {
  /** How late the timers of the process came at most, in milliseconds. */
  readonly lateMs: number;
  /** So many rounds in a row were late, this one included; 0: this one was not. */
  readonly rounds: number;
}

/** So many late rounds in a row are no hiccup: from then on it is told that nothing can be known. */
const CHRONIC = 3;

/**
 * The samples of one round without what the delay may have made up: deadlines pass although the other side answered in time. What failed in a late round does
 * not count; where that goes on it is `unknown`, so that somebody hears of it.
 */
export function withoutDelay(samples: readonly Sample[], { lateMs, rounds }: Delay): readonly Sample[] {
  if (rounds === 0) return samples;
  if (rounds < CHRONIC) return samples.filter(({ outcome }) => outcome !== 'failing');
  const cause = causeOf(lateMs);
  return samples.map((sample) => (sample.outcome === 'failing' ? { ...sample, outcome: 'unknown', cause } : sample));
}

function causeOf(lateMs: number): Cause {
  return {
    code: 'held-up',
    says: 'meshwarden itself is held up, so that a failure cannot be told from its own delay',
    facts: [`its timers come up to ${formatDuration(lateMs)} late`],
    hint: 'Give its machine more time, or measure less often with `schedules.probe-links`.',
    commands: ['uptime'],
  };
}
