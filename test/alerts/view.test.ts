import { describe, expect, it } from 'vitest';
import { healthOf, strayKeys, summaryOf } from '../../src/alerts/index.ts';
import { HOUR } from '../../src/core/duration.ts';
import { LOCAL_VANTAGE } from '../../src/mesh/health.ts';
import { keyFor, sample, Watch } from './scene.ts';

describe('src/alerts/view.ts', () => {
  it('sorts what there is into what is open, acked, quiet and over', () => {
    const watch = new Watch();
    const silence = { id: 's', match: 'version-skew|*', by: 'jon', reason: 'upgrade', from: watch.now, until: watch.now + HOUR };
    const later = { ...silence, id: 't', until: watch.now + 2 * HOUR };
    const window = { id: 'w', match: 'none', reason: 'rotation', from: watch.now, until: watch.now + HOUR };
    watch.send({ kind: 'silence', silence: later }).send({ kind: 'silence', silence }).send({ kind: 'openWindow', window });
    watch.run({ canary: '-+++', versions: '----', clock: '----', back: ' ---', schedule: '   -', link: '  --' });
    watch.send({
      kind: 'ack',
      incident: watch.open().find(({ rule }) => rule === 'schedule-stopped')?.id ?? '',
      by: 'lena',
      forMs: undefined,
    });
    const summary = summaryOf(watch.state, watch.now);
    expect({ ...summary, open: summary.open.map(({ root }) => root), acked: summary.acked.map(({ root }) => root) }).toMatchObject({
      open: [keyFor('back'), keyFor('clock')],
      acked: [keyFor('schedule')],
      muted: [{ root: keyFor('versions') }],
      ended: [{ root: keyFor('canary') }],
      silences: [silence, later],
      windows: [window],
    });
    expect(summaryOf(watch.state, watch.now + HOUR)).toMatchObject({ silences: [later], windows: [] });
  });

  it('does not list among what is over what nobody was told of', () => {
    const watch = new Watch();
    watch.send({ kind: 'silence', silence: { id: 's', match: '*', by: 'jon', reason: '', from: watch.now, until: watch.now + HOUR } });
    watch.run({ link: '---++' });
    expect(summaryOf(watch.state, watch.now).ended).toEqual([]);
  });

  it('tells of one subject which incident tells of it', () => {
    const watch = new Watch().run({ link: '---', gateway: '---', back: '+++' });
    const incident = watch.incident();
    expect([
      healthOf(watch.state, keyFor('link')),
      healthOf(watch.state, keyFor('gateway')),
      healthOf(watch.state, keyFor('back')),
      healthOf(watch.state, 'toString'),
    ]).toEqual([
      { health: watch.health('link'), incident, hidden: false },
      { health: watch.health('gateway'), incident, hidden: true },
      { health: watch.health('back'), hidden: false },
      undefined,
    ]);
  });
});

describe('src/alerts/stray.ts', () => {
  it('names what the configuration does not have any more', () => {
    const watch = new Watch().run({ self: '+', link: '+', api: '+', versions: '+', schedule: '+', trial: '+', gateway: '+' });
    watch.take([{ ...sample('self', '+', watch.now), subject: { kind: 'self', vantage: LOCAL_VANTAGE }, vantage: LOCAL_VANTAGE }]);
    expect(strayKeys(watch.state, { clusters: ['cluster-a', 'cluster-b'], schedules: ['probe-links'] })).toEqual([]);
    expect(strayKeys(watch.state, { clusters: ['cluster-a'], schedules: [] })).toEqual([
      keyFor('link'),
      keyFor('api'),
      keyFor('schedule'),
      keyFor('gateway'),
    ]);
  });
});
