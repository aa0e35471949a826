import { describe, expect, it } from 'vitest';
import { watchLag } from '../../src/app/prober/lag.ts';
import type { Clock } from '../../src/core/clock.ts';

/** A clock whose timers come as late as one says. */
function clockOf(): { readonly clock: Clock; pass(ms: number): void } {
  let now = 0;
  let waiting: { readonly at: number; readonly run: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      waiting = { at: now + ms, run };
      return { stop: () => (waiting = undefined) };
    },
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
  };
  return {
    clock,
    pass(ms) {
      now += ms;
      const due = waiting;
      if (due === undefined || due.at > now) return;
      waiting = undefined;
      due.run();
    },
  };
}

describe('src/app/prober/lag.ts', () => {
  it('sees nothing where timers come in time', () => {
    const time = clockOf();
    const { clock } = time;
    const lag = watchLag(clock);
    for (let beat = 0; beat < 20; beat += 1) time.pass(100);
    expect(lag.stop()).toBe(0);
  });

  it('remembers the longest time that it was held up, also that which is not over', () => {
    const time = clockOf();
    const { clock } = time;
    const lag = watchLag(clock);
    time.pass(100);
    time.pass(1_600);
    time.pass(150);
    expect(lag.stop()).toBe(1_500);
    const other = watchLag(clock);
    time.pass(50);
    time.pass(40);
    expect(other.stop()).toBe(0);
  });
});
