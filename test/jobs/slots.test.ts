import { createTask } from 'node-cron';
import { describe, expect, it } from 'vitest';
import { expectedSince, missedSlot, slotId, type Rhythm } from '../../src/jobs/slots.ts';

function rhythm(cron: string): Rhythm {
  const task = createTask(cron, () => undefined, { timezone: 'UTC' });
  return { cron, isSlot: (date) => task.match(date) };
}

const at = (text: string): number => Date.parse(text);

describe('missedSlot', () => {
  it.each([
    ['an hour that passed', '0 * * * *', '2026-11-24T12:00:00Z', '2026-11-24T14:20:31.250Z', '2026-11-24T14:00:00Z'],
    ['the very slot of now', '0 * * * *', '2026-11-24T12:00:00Z', '2026-11-24T14:00:00Z', '2026-11-24T14:00:00Z'],
    ['one slot of many', '*/5 * * * * *', '2026-11-24T12:00:00Z', '2026-11-24T12:00:42Z', '2026-11-24T12:00:40Z'],
    ['a slot at a second of its own', '30 15 3 * * *', '2026-11-23T03:15:30Z', '2026-11-24T09:00:00Z', '2026-11-24T03:15:30Z'],
    ['last Friday, on a Saturday', '0 9 * * 1-5', '2026-11-26T09:00:00Z', '2026-11-28T10:00:00Z', '2026-11-27T09:00:00Z'],
    ['the first of a month', '0 0 1 * *', '2026-10-01T00:00:00Z', '2026-11-24T10:00:00Z', '2026-11-01T00:00:00Z'],
  ])('finds %s', (_what, cron, last, now, expected) => {
    expect(new Date(missedSlot(at(last), at(now), rhythm(cron)) ?? 0).toISOString()).toBe(new Date(expected).toISOString());
  });

  it.each([
    ['within the hour', '0 * * * *', '2026-11-24T14:00:00Z', '2026-11-24T14:59:59.999Z'],
    ['over a weekend', '0 9 * * 1-5', '2026-11-27T09:00:00Z', '2026-11-29T10:00:00Z'],
    ['where the clock went back', '0 * * * *', '2026-11-24T14:00:00Z', '2026-11-24T12:30:00Z'],
  ])('finds nothing %s', (_what, cron, last, now) => {
    expect(missedSlot(at(last), at(now), rhythm(cron))).toBeUndefined();
  });

  it('counts a schedule that never ran as missed', () => {
    expect(missedSlot(undefined, at('2026-11-24T14:20:00Z'), rhythm('0 * * * *'))).toBe(at('2026-11-24T14:00:00Z'));
  });

  it('does not look back for ever', () => {
    expect(missedSlot(undefined, at('2026-11-24T14:20:00Z'), rhythm('0 0 1 1 *'))).toBeUndefined();
  });

  it('neither loses nor repeats an hour when clocks on walls change', () => {
    const slots = ['2026-03-29T00:59:00Z', '2026-03-29T01:59:00Z', '2026-10-25T00:59:00Z', '2026-10-25T01:59:00Z'];

    const found = slots.map((now) => missedSlot(undefined, at(now), rhythm('30 * * * *')));

    expect(found).toEqual(slots.map((now) => at(now) - 29 * 60_000));
  });
});

it('names a job after its slot, without a colon', () => {
  expect(slotId('check-ca-expiry', at('2026-11-24T14:09:00Z'))).toBe('check-ca-expiry-20261124T140900Z');
});

describe('expectedSince', () => {
  it.each([
    ['every three seconds', '*/3 * * * * *', '2026-11-24T14:20:31Z', '2026-11-24T14:19:24Z'],
    ['every minute', '* * * * *', '2026-11-24T14:20:31Z', '2026-11-24T14:17:00Z'],
    ['the last minute does not count', '* * * * *', '2026-11-24T14:20:00Z', '2026-11-24T14:17:00Z'],
    ['every quarter of an hour', '*/15 * * * *', '2026-11-24T14:16:30Z', '2026-11-24T13:45:00Z'],
    ['every hour', '0 * * * *', '2026-11-24T14:20:00Z', '2026-11-24T12:00:00Z'],
  ])('three slots back: %s', (_what, cron, now, expected) => {
    expect(new Date(expectedSince(at(now), rhythm(cron)) ?? 0).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('cannot tell of a schedule that runs once a day', () => {
    expect(expectedSince(at('2026-11-24T14:20:00Z'), rhythm('0 3 * * *'))).toBeUndefined();
  });
});
