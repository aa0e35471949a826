import type { Clock } from '../../core/clock.ts';

export interface LagWatch {
  /** The longest time, in milliseconds, that this process was held up since the watch began: its timers came so late. */
  stop(): number;
}

const EVERY_MS = 100;

/**
 * Watches how late timers come. A process that is held up (by work of its own, by a machine that has no time for it, by a jump of the clock) sees deadlines
 * pass although the other side answered in time.
 */
export function watchLag(clock: Clock): LagWatch {
  let longest = 0;
  let due = clock.now() + EVERY_MS;
  const beat = (): void => {
    longest = Math.max(longest, clock.now() - due);
    due = clock.now() + EVERY_MS;
    timer = clock.after(EVERY_MS, beat);
  };
  let timer = clock.after(EVERY_MS, beat);
  return {
    stop() {
      timer.stop();
      return Math.max(longest, clock.now() - due, 0);
    },
  };
}
