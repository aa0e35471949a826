import { describe, expect, it } from 'vitest';
import { skewOf } from '../../../src/k8s/ca/skew.ts';

/** In milliseconds: what the header says, and when the call began and ended here. */
function time(server: number, begun: number, ended: number) {
  return { server, begun, ended };
}

describe('how far a clock may be from ours', () => {
  it.each([
    ['the same clock, an answer at once', [time(10_000, 10_000, 10_000)], 1_000],
    ['a clock that is ahead: the second that was cut off counts', [time(15_000, 10_000, 10_100)], 6_000],
    ['a clock that is behind: the time of the call counts', [time(5_000, 10_000, 10_400)], 5_400],
    ['a slow answer leaves much open', [time(10_000, 8_000, 12_000)], 3_000],
    ['of several answers the one that leaves the least open', [time(10_000, 8_000, 12_000), time(20_000, 19_900, 20_100)], 1_100],
  ])('%s', (_case, times, value) => {
    expect(skewOf(times, 'cluster-a')).toEqual({ ok: true, value });
  });

  it('is not known where no answer tells the time', () => {
    expect(skewOf([], 'cluster-a')).toEqual({
      ok: false,
      failure: { reason: 'protocol', message: 'Cannot measure the clock (cluster cluster-a): its answers carry no header Date' },
    });
  });
});
