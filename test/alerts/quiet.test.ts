import { describe, expect, it } from 'vitest';
import { quietUntil } from '../../src/alerts/mute.ts';
import { policyOf } from '../../src/alerts/index.ts';
import type { MaintenanceWindow, Silence } from '../../src/alerts/model.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/duration.ts';
import { Watch } from './scene.ts';

const LINK = 'Link cluster-a → cluster-b';

function silence(watch: Watch, changes: Partial<Silence> = {}): Silence {
  return { id: 's1', match: 'link-down|*', by: 'jon', reason: 'moving house', from: watch.now, until: watch.now + HOUR, ...changes };
}

function maintenance(watch: Watch, changes: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  return { id: 'w1', match: '*cluster-b*', reason: 'rotation', from: watch.now, until: watch.now + 30 * MINUTE, ...changes };
}

describe('a silence', () => {
  it('keeps quiet what begins and ends in it', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch) }).run({ link: '---++++' });
    const [incident] = Object.values(watch.state.incidents);
    expect([watch.channel(), incident?.state, incident?.announcedAt]).toEqual([[], 'over', undefined]);
  });

  it('ends by itself, and then what still fails is told, with since when', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch) }).run({ link: '---' });
    expect(watch.incident().muted).toEqual({ why: 'silenced: moving house', until: watch.now - 9_000 + HOUR, by: 'jon' });
    watch.keep(HOUR, { link: '-' });
    expect(watch.channel()).toEqual([
      `1 h post page firing · ${LINK} is down`,
      `  ${LINK} is down: it times out`,
      '  Silenced by jon for 59 min 51 s: moving house',
      '  No longer silenced: told now, 1 h after it began',
    ]);
    expect(watch.state.silences).toEqual([]);
  });

  it('is ended by somebody, which is told too', () => {
    const watch = new Watch().run({ link: '---' });
    watch.channel();
    watch.send({ kind: 'silence', silence: silence(watch, { reason: '' }) });
    watch.send({ kind: 'unsilence', id: 's1', by: 'mara' });
    expect(watch.channel()).toEqual([
      `9 s edit page firing · ${LINK} is down · silenced`,
      '  Silenced by jon for 1 h',
      `9 s edit page firing · ${LINK} is down`,
      '  No longer silenced, by mara',
    ]);
  });

  it('never stops the end of what was told', () => {
    const watch = new Watch().run({ link: '---' });
    watch.send({ kind: 'silence', silence: silence(watch) });
    watch.channel();
    watch.run({ link: '++' });
    expect(watch.channel()).toEqual([`15 s edit page over · ${LINK} was down`, '  Over after 12 s']);
  });

  it('of a cause does not let out what the cause hides', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch) }).run({ link: '----', gateway: '----', path: '----' });
    expect([watch.channel(), watch.incident().hides.length]).toEqual([[], 2]);
  });

  it('that ends while it is about to be over says nothing', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch, { until: watch.now + 11_000 }) }).run({ link: '---+++' });
    expect(watch.channel()).toEqual([]);
  });

  it('counts from its beginning, and not at all where it has ended', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch, { from: watch.now + HOUR, until: watch.now + 2 * HOUR }) });
    watch.send({ kind: 'silence', silence: silence(watch, { id: 's2', until: watch.now }) });
    watch.run({ link: '---' });
    expect([watch.channel().length, watch.state.silences.map(({ id }) => id)]).toEqual([2, ['s1']]);
  });

  it('takes the place of another one of its id', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: silence(watch) });
    watch.send({ kind: 'silence', silence: silence(watch, { reason: 'longer' }) });
    expect(watch.state.silences).toEqual([silence(watch, { reason: 'longer' })]);
  });
});

describe('a maintenance window', () => {
  it('keeps quiet until whoever opened it closes it', () => {
    const watch = new Watch();
    watch.send({ kind: 'openWindow', window: maintenance(watch) }).run({ link: '---' });
    expect([watch.channel(), watch.incident().muted]).toEqual([
      [],
      { why: 'maintenance: rotation', until: watch.now - 9_000 + 30 * MINUTE },
    ]);
    watch.send({ kind: 'closeWindow', id: 'w1' });
    expect(watch.channel()).toEqual([
      `9 s post page firing · ${LINK} is down`,
      `  ${LINK} is down: it times out`,
      '  Maintenance, at most 29 min 51 s: rotation',
      '  Maintenance is over: told now, 6 s after it began',
    ]);
  });

  it('ends by itself where nobody closes it', () => {
    const watch = new Watch();
    watch.send({ kind: 'openWindow', window: maintenance(watch) }).keep(30 * MINUTE, { link: '-' });
    expect([watch.channel()[0], watch.state.windows]).toEqual([`30 min post page firing · ${LINK} is down`, []]);
  });

  it('says nothing of what is well again when it ends', () => {
    const watch = new Watch();
    watch
      .send({ kind: 'openWindow', window: maintenance(watch) })
      .run({ link: '---++' })
      .send({ kind: 'closeWindow', id: 'w1' });
    expect(watch.channel()).toEqual([]);
  });

  it('that was over before it was opened is none', () => {
    const watch = new Watch();
    expect(watch.send({ kind: 'openWindow', window: maintenance(watch, { until: watch.now }) }).state.windows).toEqual([]);
  });
});

describe('quiet hours', () => {
  const quiet = { fromMinute: 11 * 60, toMinute: 13 * 60, severities: ['ticket', 'info', 'page'] } as const;

  it('let a ticket wait until they end', () => {
    const watch = new Watch({ quiet }).run({ clock: '---' });
    expect(watch.channel()).toEqual([]);
    watch.keep(HOUR, { clock: '-' });
    expect(watch.channel()).toEqual([
      '1 h post ticket firing · The clock of cluster-b is off',
      '  The clock of cluster-b is off: it times out',
      '  Waits 59 min 54 s for the end of quiet hours',
      '  Quiet hours are over: told now, 1 h after it began',
    ]);
  });

  it('never let a page wait, and let go of what becomes one', () => {
    const watch = new Watch({ quiet }).run({ link: '---', key: '--' });
    expect(watch.channel()).toHaveLength(2);
    watch.run({ key: '-' }, { severity: 'page' });
    expect(watch.channel()).toEqual([
      '12 s post page firing · The key of the Tailscale node of cluster-a needs renewal',
      '  The key of the Tailscale node of cluster-a needs renewal: it times out',
      '  Waits 59 min 57 s for the end of quiet hours',
      '  A page from now on',
      '  Quiet hours are over: told now, 9 s after it began',
    ]);
  });

  it('do not touch what people know of, and its end is told in them', () => {
    const watch = new Watch({ quiet: { ...quiet, fromMinute: 12 * 60 + 5 } }).run({ clock: '---' });
    watch.channel();
    watch.keep(20 * MINUTE, { clock: '-' }).run({ clock: '++' });
    expect(watch.channel()).toEqual(['20 min 15 s edit ticket over · The clock of cluster-b was off', '  Over after 20 min 12 s']);
  });

  it('let reminders wait', () => {
    const watch = new Watch({ quiet: { ...quiet, fromMinute: 12 * 60 + 5 }, rules: { 'clock-skew': { remindEvery: 10 * MINUTE } } }).run({
      clock: '---',
    });
    watch.channel();
    watch.keep(HOUR + MINUTE, { clock: '-' });
    expect(watch.channel()).toEqual(['1 h edit ticket firing · The clock of cluster-b is off', '  Still failing after 1 h']);
  });

  it.each([
    ['22:00', '07:00', '21:59', undefined],
    ['22:00', '07:00', '22:00', '31:00'],
    ['22:00', '07:00', '23:59', '31:00'],
    ['22:00', '07:00', '00:00', '07:00'],
    ['22:00', '07:00', '06:59', '07:00'],
    ['22:00', '07:00', '07:00', undefined],
    ['12:00', '13:00', '12:00', '13:00'],
    ['12:00', '13:00', '13:00', undefined],
    ['12:00', '00:00', '23:00', '24:00'],
    ['00:00', '06:00', '00:00', '06:00'],
  ])('from %s to %s are at %s until %s', (from, to, at, until) => {
    const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
    const midnight = Date.UTC(2026, 1, 28);
    const policy = policyOf({ quiet: { fromMinute: minutes(from), toMinute: minutes(to), severities: ['ticket'] } });
    const now = midnight + minutes(at) * MINUTE;
    expect(quietUntil(policy, 'ticket', now)).toBe(until === undefined ? undefined : midnight + minutes(until) * MINUTE);
    expect([quietUntil(policy, 'info', now), quietUntil(policy, 'page', now), quietUntil(policyOf({}), 'ticket', now)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(midnight % DAY).toBe(0);
  });
});
