import { describe, expect, it } from 'vitest';
import { createHolds } from '../../src/bot/incidents/holds.ts';
import { createPace } from '../../src/bot/incidents/pace.ts';
import { createTurns } from '../../src/bot/incidents/turns.ts';
import type { Clock } from '../../src/core/clock.ts';

/** Time that passes when the test says so. */
function stepClock() {
  let now = 1_000_000;
  const timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return { stop: () => void timers.splice(timers.indexOf(timer), 1) };
    },
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
    await Promise.resolve();
  };
  return { clock, pass };
}

describe('the pace of posts', () => {
  it('lets some through at once, then one after the other, in the order in which they asked', async () => {
    const { clock, pass } = stepClock();
    const pace = createPace(clock, { burst: 2, everyMs: 1_000 });
    const through: number[] = [];
    const asked = [1, 2, 3, 4].map((one) => pace.take().then(() => through.push(one)));
    await Promise.all(asked.slice(0, 2));
    const seen = [[...through]];
    for (let second = 0; second < 2; second += 1) {
      await pass(1_000);
      seen.push([...through]);
    }
    expect(seen).toEqual([
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
    ]);
  });

  it('saves up no more than the first ones', async () => {
    const { clock, pass } = stepClock();
    const pace = createPace(clock, { burst: 2, everyMs: 1_000 });
    await pace.take();
    for (let second = 0; second < 5; second += 1) await pass(1_000);
    const through: number[] = [];
    const asked = [1, 2, 3].map((one) => pace.take().then(() => through.push(one)));
    await Promise.all(asked.slice(0, 2));
    expect(through).toEqual([1, 2]);
  });
});

describe('what is left alone after it failed', () => {
  it('waits ever longer, no longer than 80 looks, and longer only where that was asked', () => {
    const holds = createHolds();
    expect([1, 2, 3, 4, 5, 6].map(() => holds.fail('a'))).toEqual([4, 8, 16, 32, 64, 80]);
    expect([holds.fail('b', 60), holds.fail('c', 5_000)]).toEqual([60, 480]);
  });

  it('is tried again after its looks, and at once when it was well or is forgotten', () => {
    const holds = createHolds();
    for (const id of ['a', 'b', 'c']) holds.fail(id);
    holds.clear('b');
    holds.keep(['a', 'b']);
    const seen = [['a', 'b', 'c'].map((id) => holds.isHeld(id))];
    for (let look = 0; look < 4; look += 1) holds.look();
    expect([...seen, holds.isHeld('a')]).toEqual([[true, false, false], false]);
  });
});

describe('turns of several bots', () => {
  it('go to whoever asks first, and whoever comes after another is told so', async () => {
    const { clock, pass } = stepClock();
    const taken = new Set<string>();
    const claims = { take: async (id: string) => !taken.has(id) && taken.add(id).has(id) };
    const [one, other] = [createTurns(claims, clock), createTurns(claims, clock)];
    const seen = [await one.take(), await one.take(), await other.take()];
    await pass(10_000);
    seen.push(await other.take(), await other.take(), await one.take());
    expect(seen).toEqual(['own', 'own', 'other', 'new', 'own', 'other']);
  });

  it('stay with whoever had them when a clock is set back', async () => {
    const { clock, pass } = stepClock();
    const taken = new Set<string>();
    const claims = { take: async (id: string) => !taken.has(id) && taken.add(id).has(id) };
    const turns = createTurns(claims, clock);
    const seen = [await turns.take()];
    await pass(20_000);
    seen.push(await turns.take());
    await pass(-20_000);
    seen.push(await turns.take());
    expect(seen).toEqual(['own', 'own', 'own']);
  });
});
