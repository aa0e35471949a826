import { describe, expect, it } from 'vitest';
import { endsWithin, withDeadline } from '../../src/core/abort.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { createHandClock } from './hand-clock.ts';

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('what the work makes of it'))));
}

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('withDeadline', () => {
  it('gives what the work gives, and leaves no timer', async () => {
    const clock = createHandClock();

    const given = await withDeadline(clock, 100, 'Reading', () => Promise.resolve(7));

    expect(given).toBe(7);
    expect(clock.waiting()).toBe(0);
  });

  it('passes on what the work throws', async () => {
    const fault = new Error('mine');

    const thrown = await thrownBy(withDeadline(createHandClock(), 100, 'Reading', () => Promise.reject(fault)));

    expect(thrown).toBe(fault);
  });

  it('ends at the deadline with a timeout, in its own words', async () => {
    const clock = createHandClock();
    const running = thrownBy(withDeadline(clock, 100, 'Reading', forever));

    clock.advance(100);

    expect(await running).toEqual(new OperatorError({ reason: 'timeout', what: 'Reading', why: 'no answer within 100 ms' }));
  });

  it('ends at the deadline though the work ignores its signal', async () => {
    const clock = createHandClock();
    const running = thrownBy(withDeadline(clock, 100, 'Reading', () => new Promise(() => undefined)));

    clock.advance(100);

    expect(await running).toMatchObject({ reason: 'timeout', message: 'Reading: no answer within 100 ms' });
  });

  it('is not ended before the deadline', async () => {
    const clock = createHandClock();
    let finish: (value: string) => void = () => undefined;
    const running = withDeadline(clock, 100, 'Reading', () => new Promise<string>((resolve) => (finish = resolve)));

    clock.advance(99);
    finish('in time');

    expect(await running).toBe('in time');
  });

  it('is cancelled from outside, with the cause kept', async () => {
    const outer = new AbortController();
    const running = thrownBy(withDeadline(createHandClock(), 100, 'Reading', forever, outer.signal));

    outer.abort('no longer wanted');

    expect(await running).toMatchObject({ reason: 'cancelled', message: 'Reading: it was cancelled', cause: 'no longer wanted' });
  });

  it('passes on the reason of a caller who gave one', async () => {
    const outer = new AbortController();
    const reason = new OperatorError({ reason: 'timeout', what: 'The whole look' });
    const running = thrownBy(withDeadline(createHandClock(), 100, 'Reading', forever, outer.signal));

    outer.abort(reason);

    expect(await running).toBe(reason);
  });

  it('does not begin where it is cancelled already', async () => {
    let begun = false;
    const work = (): Promise<void> => {
      begun = true;
      return Promise.resolve();
    };

    const thrown = await thrownBy(withDeadline(createHandClock(), 100, 'Reading', work, AbortSignal.abort()));

    expect(thrown).toMatchObject({ reason: 'cancelled' });
    expect(begun).toBe(false);
  });
});

describe('endsWithin', () => {
  it.each([
    ['ended', () => Promise.resolve()],
    ['failed', () => Promise.reject(new Error('no'))],
  ])('is true for work that %s in time, and leaves no timer', async (_how, work) => {
    const clock = createHandClock();

    expect(await endsWithin(clock, 100, work())).toBe(true);
    expect(clock.waiting()).toBe(0);
  });

  it('is false for work that takes longer', async () => {
    const clock = createHandClock();
    const waiting = endsWithin(clock, 100, new Promise(() => undefined));

    clock.advance(100);

    expect(await waiting).toBe(false);
  });
});
