import type { Clock } from '../../src/core/clock.ts';

/** A clock whose timers fire when it is advanced, at the instant they are due, and never by themselves. */
export interface HandClock extends Clock {
  advance(ms: number): void;
  /** How many timers wait. */
  waiting(): number;
}

export function createHandClock(start = 0): HandClock {
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>();
  let now = start;
  const clock: HandClock = {
    now: () => now,
    after(ms, run) {
      const key = {};
      timers.set(key, { at: now + ms, run });
      return { stop: () => void timers.delete(key) };
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = clock.after(ms, resolve);
        return signal?.addEventListener('abort', () => {
          timer.stop();
          reject(signal.reason);
        });
      }),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [due] = [...timers].filter(([, { at }]) => at <= end).toSorted(([, a], [, b]) => a.at - b.at);
        if (due === undefined) break;
        timers.delete(due[0]);
        now = due[1].at;
        due[1].run();
      }
      now = end;
    },
    waiting: () => timers.size,
  };
  return clock;
}
