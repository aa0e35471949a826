import type { Clock } from '../src/core/clock.ts';
import type { LabClock } from './clock.ts';

/** The lab's time for whoever cannot wait: a sleep moves the lab's clock forward by its length, at once. Timers run on real time. */
export function createHurriedClock(lab: LabClock): Clock {
  return {
    now: () => lab.now(),
    after: (ms, run) => lab.after(ms, run),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      lab.advance(ms);
      // Others run first: a loop of sleeps leaves them room.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
