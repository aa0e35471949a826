import { describe, expect, it } from 'vitest';
import { formatMessageTime, formatOffset, formatTimestamp } from '../../../lab/page/model/time.ts';

const at = Date.UTC(2026, 10, 24, 14, 2, 5);
const second = 1000;
const hour = 3_600_000;
const day = 24 * hour;

describe('lab/page/model/time', () => {
  it.each([
    ['t', '14:02'],
    ['T', '14:02:05'],
    ['d', '24/11/2026'],
    ['D', '24 November 2026'],
    ['f', '24 November 2026 at 14:02'],
    ['F', 'Tuesday, 24 November 2026 at 14:02'],
  ] as const)('words an instant in the style %s', (style, expected) => {
    expect(formatTimestamp(at, style, 0, 'UTC')).toBe(expected);
  });

  it('follows the zone of the reader', () => {
    expect(formatTimestamp(at, 't', at, 'Asia/Tokyo')).toBe('23:02');
  });

  it.each([
    [-900, 'now'],
    [-12 * second, '12 seconds ago'],
    [-59_999, '59 seconds ago'],
    [-90 * second, '1 minute ago'],
    [-3 * hour, '3 hours ago'],
    [-day, '1 day ago'],
    [20 * day + hour, 'in 20 days'],
    [-45 * day, '1 month ago'],
    [9 * 366 * day, 'in 9 years'],
  ])('words a distance of %i ms as %s', (distance, expected) => {
    expect(formatTimestamp(at + distance, 'R', at)).toBe(expected);
  });

  it('says so where an instant is beyond every calendar', () => {
    expect(formatTimestamp(9e15, 'd', at, 'UTC')).toBe('Invalid date');
  });

  it.each([
    [at, 'Today at 14:02'],
    [at - day, 'Yesterday at 14:02'],
    [at - 2 * day, '22/11/2026 14:02'],
    [at + day, '25/11/2026 14:02'],
  ])('names the day of a message as one would at the moment', (instant, expected) => {
    expect(formatMessageTime(instant, at, 'UTC')).toBe(expected);
  });

  it.each([
    [0, 'on time'],
    [999, 'on time'],
    [5 * second, '5 s ahead'],
    [3 * day + 2 * hour + 60_000, '3 d 2 h ahead'],
    [-90 * second, '1 min 30 s behind'],
  ])('words an offset of %i ms as %s', (offset, expected) => {
    expect(formatOffset(offset)).toBe(expected);
  });
});
