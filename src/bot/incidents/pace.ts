import type { Clock } from '../../core/clock.ts';

export interface Pace {
  /** Resolves when it is this one's turn, in the order in which they asked. */
  take(): Promise<void>;
}

/** Lets `burst` through at once, and then one every `everyMs` milliseconds. */
export function createPace(clock: Clock, { burst, everyMs }: { readonly burst: number; readonly everyMs: number }): Pace {
  let free = burst;
  let refilling = false;
  const waiting: (() => void)[] = [];

  function refill(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
    refilling = false;
    if (free < burst) later();
  }

  function later(): void {
    if (refilling) return;
    refilling = true;
    clock.after(everyMs, refill);
  }

  return {
    take() {
      later();
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
