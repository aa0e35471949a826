import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, formatDuration, formatRelative, HOUR, MINUTE, parseDuration, SECOND } from '../../src/core/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90 * SECOND],
    ['15m', 15 * MINUTE],
    ['1h30m', 90 * MINUTE],
    ['7d', 7 * DAY],
    ['250ms', 250],
    ['1m1ms', MINUTE + 1],
    ['0s', 0],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', 's', '1.5h', '-1s', '1h 30m', '1H', '1y', ' 1s', '1s '])('does not take %j for one', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('adds its parts up', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(23), fc.nat(59), (days, hours, minutes) => {
        expect(parseDuration(`${days}d${hours}h${minutes}m`)).toBe(days * DAY + hours * HOUR + minutes * MINUTE);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [SECOND, '1 s'],
    [59_999, '59 s'],
    [MINUTE, '1 min'],
    [6 * MINUTE + 12 * SECOND, '6 min 12 s'],
    [3 * HOUR + 4 * MINUTE, '3 h 4 min'],
    [47 * HOUR, '47 h'],
    [2 * DAY, '2 days'],
    [41 * DAY + 5 * HOUR, '41 days'],
    [729 * DAY, '729 days'],
    [3287 * DAY, '8 y'],
    [-3 * DAY, '3 days'],
  ])('writes %d as %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});

describe('formatRelative', () => {
  it.each([
    [41 * DAY, 'in 41 days'],
    [-(3 * HOUR + 4 * MINUTE), '3 h 4 min ago'],
    [999, 'now'],
    [-999, 'now'],
    [0, 'now'],
  ])('writes a distance of %d as %s', (distance, expected) => {
    expect(formatRelative(1_000_000 + distance, 1_000_000)).toBe(expected);
  });
});
