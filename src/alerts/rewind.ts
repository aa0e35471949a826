/** A clock that was set back: what is remembered from a time that has not come yet must not keep what is measured now from counting. */
import { MINUTE } from '../core/duration.ts';
import { compact } from './compact.ts';
import type { SubjectHealth } from './model.ts';

/** Clocks of several processes differ by so much without anything being wrong, in milliseconds. */
const TOLERATED = MINUTE;

/** Whether it was measured at a time that is still to come. */
export function isAhead({ sampledAt }: SubjectHealth, now: number): boolean {
  return sampledAt - now > TOLERATED;
}

/** As if all that is remembered of it had been before a sample of that time. */
export function rewound(health: SubjectHealth, sampleAt: number): SubjectHealth {
  const past = (at: number): number => Math.min(at, sampleAt - 1);
  const known = (at: number | undefined): number | undefined => (at === undefined ? undefined : past(at));
  return compact<SubjectHealth>({
    ...health,
    since: past(health.since),
    failingSince: known(health.failingSince),
    turns: health.turns.map(past),
    sampledAt: past(health.sampledAt),
    knownAt: past(health.knownAt),
    countsFrom: known(health.countsFrom),
    expectedFrom: known(health.expectedFrom),
  });
}
