import { describe, expect, it } from 'vitest';
import { oneHolder } from '../../src/app/one-holder.ts';

const NEVER = new AbortController().signal;

function leases(): { readonly taken: number[]; take: () => ReturnType<Parameters<typeof oneHolder>[0]> } {
  const taken: number[] = [];
  return {
    taken,
    take: async () => {
      taken.push(taken.length + 1);
      return { lost: NEVER, release: async () => undefined };
    },
  };
}

describe('one holder in a process', () => {
  it('lets the second in when the first has given it back', async () => {
    const { taken, take } = leases();
    const lease = oneHolder(take);
    const first = await lease(NEVER);
    const second = lease(NEVER);
    await Promise.resolve();
    expect(taken).toEqual([1]);

    await first.release();

    await second;
    expect(taken).toEqual([1, 2]);
  });

  it('lets the next in though the one before it gave up waiting, and not before it is free', async () => {
    const { taken, take } = leases();
    const lease = oneHolder(take);
    const first = await lease(NEVER);
    const leaving = new AbortController();
    const second = lease(leaving.signal);
    const third = lease(NEVER);

    leaving.abort(new Error('gone'));

    await expect(second).rejects.toThrow('gone');
    expect(taken).toEqual([1]);
    await first.release();
    await third;
    expect(taken).toEqual([1, 2]);
  });

  it('lets the next in where the Lease could not be taken, or not be given back', async () => {
    let calls = 0;
    const lease = oneHolder(async () => {
      calls += 1;
      if (calls === 1) throw new Error('no answer');
      return { lost: NEVER, release: () => Promise.reject(new Error('no answer')) };
    });

    await expect(lease(NEVER)).rejects.toThrow('no answer');
    await expect((await lease(NEVER)).release()).rejects.toThrow('no answer');
    await lease(NEVER);

    expect(calls).toBe(3);
  });
});
