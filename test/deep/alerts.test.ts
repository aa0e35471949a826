import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cameAndWent } from '../e2e/alert-texts.ts';
import { ALL_FAULTS, trouble, troubles } from '../e2e/alert-troubles.ts';
import { comeAndGo } from '../e2e/come-and-go.ts';
import { watchedAndServed, type Watched } from '../e2e/watched.ts';

let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off' } });
});

beforeEach(() => w.channel.forget());

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

/** The same numbers for the same seed: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('everything that can be wrong between two clusters', () => {
  it.each(troubles(...ALL_FAULTS))('%s is one message, and the same message when it is over', async (fault, one) => {
    expect(await comeAndGo(w, fault, one)).toEqual(cameAndWent(one));
  });

  it('what Redis lost while it was mended is told to be well', async () => {
    const fault = 'gateway-plaintext-cluster-b';
    await w.faults.set(fault, true);
    await w.channel.tells(trouble(fault).is);
    await w.told();
    await w.faults.set(fault, false);
    await w.flush();
    await w.channel.tells('is well', 1, 60_000);
    await w.well();

    expect(w.channel.told().map((one) => one.split('\n')[0])).toEqual([
      `posts ### ▲ PAGE · ${trouble(fault).is} · <time>`,
      'edits ### ● Gateway of cluster-b from cluster-a is well · seen since <time>',
    ]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'whatever happens in which order, every message ends and no root has two at a time: seed %i',
    async (seed) => {
      const next = numbers(seed);
      const on = new Set<string>();
      let muted: { end(): void } | undefined;
      for (let step = 0; step < 12; step += 1) {
        const fault = ALL_FAULTS[Math.floor(next() * ALL_FAULTS.length)] ?? '';
        await w.faults.set(fault, !on.has(fault));
        if (!on.delete(fault)) on.add(fault);
        muted?.end();
        muted = next() < 0.2 ? w.discord.mute() : undefined;
        await w.measuredAgain();
        expect(openRoots(w)).toEqual([...new Set(openRoots(w))]);
      }
      muted?.end();
      for (const fault of on) await w.faults.set(fault, false);
      await w.well();

      expect(openRoots(w)).toEqual([]);
      expect(Object.values((await w.state()).incidents).filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
    },
  );
});

/** Titles of what is open in the channel. */
function openRoots({ channel }: Watched): readonly string[] {
  return channel
    .last(1_000)
    .flatMap((card) => /^### [▲◌] (?:PAGE|TICKET|INFO)\S* · (?<title>.*) · <time>/.exec(card)?.groups?.['title'] ?? []);
}
