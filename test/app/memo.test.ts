import { describe, expect, it } from 'vitest';
import { createMemo } from '../../src/app/prober/memo.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { createHandClock } from '../core/hand-clock.ts';

const read = (value: string) => () => Promise.resolve(value);
const fail = (reason: 'timeout' | 'cancelled') => (): Promise<string> =>
  Promise.reject(new OperatorError({ reason, what: 'Cannot read it' }));
const told = (value: string) => ({ ok: true, value });
const failed = (reason: string) => ({ ok: false, failure: { reason, message: 'Cannot read it' } });

describe('src/app/prober/memo.ts', () => {
  it('keeps each value for as long as it says, and no longer', async () => {
    const clock = createHandClock();
    const memo = createMemo<string>(clock, 1_000);
    expect(await memo.get('a', read('first'))).toEqual(told('first'));
    clock.advance(999);
    expect(await memo.get('a', read('second'))).toEqual(told('first'));
    expect(await memo.get('b', read('of b'))).toEqual(told('of b'));
    clock.advance(1);
    expect(await memo.get('a', read('second'))).toEqual(told('second'));
  });

  it('gives the last value where it cannot be read again, and tries again the next time', async () => {
    const clock = createHandClock();
    const memo = createMemo<string>(clock, 1_000);
    expect(await memo.get('a', fail('timeout'))).toMatchObject(failed('timeout'));
    await memo.get('a', read('first'));
    clock.advance(1_000);
    expect(await memo.get('a', fail('timeout'))).toEqual(told('first'));
    expect(await memo.get('a', fail('cancelled'))).toMatchObject(failed('cancelled'));
    expect(await memo.get('a', read('second'))).toEqual(told('second'));
  });

  it('reads what is to be as it is now, keeps it, and tells a failure', async () => {
    const memo = createMemo<string>(createHandClock(), 1_000);
    await memo.get('a', read('first'));
    expect(await memo.renew('a', read('second'))).toEqual(told('second'));
    expect(await memo.get('a', read('third'))).toEqual(told('second'));
    expect(await memo.renew('a', fail('timeout'))).toMatchObject(failed('timeout'));
  });

  it('reads again what is from before the clock was set back', async () => {
    let now = 10_000;
    const memo = createMemo<string>({ ...createHandClock(), now: () => now }, 1_000);
    await memo.get('a', read('first'));
    now = 5_000;
    expect(await memo.get('a', read('second'))).toEqual(told('second'));
  });
});
