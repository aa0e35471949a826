import { SECOND } from '../core/duration.ts';
import type { Decision } from '../rotation/goal.ts';

/** How long the engine sleeps before it looks again, in milliseconds: for what comes soon, and for everything else. */
const SOON_MS = 2 * SECOND;
const LATER_MS = 10 * SECOND;
/** What has no deadline comes soon for so long, in milliseconds. */
const SOON_FOR_MS = 30 * SECOND;
/** The Lease is given back when nothing is written for longer, in milliseconds. */
const HOLD_LEASE_MS = 5 * SECOND;

export interface Pace {
  /** It takes longer than this run is patient: a later one goes on. */
  readonly leave: boolean;
  readonly giveBackLease: boolean;
  readonly sleepMs: number;
}

/** How to wait. `waitedMs`: since the last step of this run. */
export function paceOf(
  { until, deadline }: Pick<Extract<Decision, { kind: 'wait' }>, 'until' | 'deadline'>,
  { now, waitedMs, patienceMs }: { readonly now: number; readonly waitedMs: number; readonly patienceMs: number },
): Pace {
  const left = until !== undefined && until > now ? until - now : undefined;
  // What has a deadline is followed by something else then, a restored backup for instance: nobody leaves shortly before.
  const decided = deadline !== undefined && deadline > now && deadline - now <= patienceMs;
  const leave = (left ?? 0) > patienceMs || (waitedMs >= patienceMs && !decided);
  const soon = left === undefined && (deadline !== undefined || waitedMs < SOON_FOR_MS);
  return {
    leave,
    giveBackLease: (left ?? waitedMs) > HOLD_LEASE_MS,
    sleepMs: Math.min(left ?? LATER_MS, soon ? SOON_MS : LATER_MS),
  };
}
