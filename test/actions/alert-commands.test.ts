import { describe, expect, it } from 'vitest';
import { ackAlert } from '../../src/actions/ack-alert.ts';
import type { LinkLayer } from '../../src/actions/alerts.ts';
import { listAlerts } from '../../src/actions/list-alerts.ts';
import { probeLink } from '../../src/actions/probe-link.ts';
import { silenceAlert } from '../../src/actions/silence-alert.ts';
import { testAlert } from '../../src/actions/test-alert.ts';
import { unsilenceAlert } from '../../src/actions/unsilence-alert.ts';
import { DAY, HOUR } from '../../src/core/duration.ts';
import { followDesk, NOON, type FollowDesk } from './alerts.ts';

async function fired(name = 'test'): Promise<FollowDesk & { readonly id: string }> {
  const desk = followDesk();
  const incident = await testAlert.run({ by: 'lena', name }, desk.context);
  return { ...desk, id: incident?.id ?? '' };
}

describe('test-alert', () => {
  it('fires an alert and ends it', async () => {
    const desk = followDesk();

    const incident = await testAlert.run({ by: 'lena', name: 'first', severity: 'page' }, desk.context);
    expect(incident).toMatchObject({
      rule: 'trial',
      severity: 'page',
      state: 'firing',
      title: 'This is a trial: first',
      announcedAt: NOON,
    });
    desk.clock.advance(60_000);
    const over = await testAlert.run({ by: 'lena', name: 'first', end: true }, desk.context);

    expect([over?.id, over?.state, over?.endedAt]).toEqual([incident?.id, 'over', NOON + 60_000]);
  });

  it('says that there is none to end', async () => {
    expect(await testAlert.run({ by: 'lena', name: 'first', end: true }, followDesk().context)).toBeNull();
  });
});

describe('ack-alert', () => {
  it('takes an alert until the time that was asked for, and gives it back', async () => {
    const { context, id } = await fired();

    expect((await ackAlert.run({ incident: id, by: 'mara', forMs: HOUR }, context)).ack).toEqual({
      by: 'mara',
      at: NOON,
      nagAt: NOON + HOUR,
    });
    expect((await ackAlert.run({ incident: id, by: 'mara', undo: true }, context)).ack).toBeUndefined();
  });

  it.each(['nothing', '__proto__'])('refuses an alert that is not known: %s', async (incident) => {
    const { context, store } = await fired();
    await expect(ackAlert.run({ incident, by: 'mara' }, context)).rejects.toMatchObject({
      reason: 'notFound',
      what: `There is no alert ${incident}`,
      next: '`/mesh alerts` lists those that are open.',
    });
    expect(store.writes).toBe(1);
  });

  it('refuses one that is over', async () => {
    const { context, clock, id } = await fired();
    clock.advance(1);
    await testAlert.run({ by: 'lena', name: 'test', end: true }, context);

    await expect(ackAlert.run({ incident: id, by: 'mara' }, context)).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Nothing to take: it is over already: This was a trial: test',
    });
  });
});

describe('silence-alert', () => {
  it('keeps quiet what it matches, for so long, and says what that is', async () => {
    const { context, store } = await fired();

    const { silence, matches } = await silenceAlert.run({ match: 'trial|*', by: 'mara', reason: 'moving house', forMs: HOUR }, context);

    expect([silence, matches]).toEqual([
      { id: 's1', match: 'trial|*', by: 'mara', reason: 'moving house', from: NOON, until: NOON + HOUR },
      ['trial|trial:test'],
    ]);
    expect(Object.values(store.state.incidents).map(({ muted }) => muted)).toEqual([
      { why: expect.stringContaining('moving house'), until: NOON + HOUR, by: 'mara' },
    ]);
  });

  it('says that it matches nothing', async () => {
    const { context } = await fired();
    expect((await silenceAlert.run({ match: 'link-dwon|*', by: 'mara', reason: 'x', forMs: HOUR }, context)).matches).toEqual([]);
  });

  it.each([
    ['for a second', { forMs: 1_000 }],
    ['for a year', { forMs: 365 * DAY }],
    ['without a reason', { reason: '' }],
  ])('is not taken %s', (_, changed) => {
    expect(silenceAlert.input.safeParse({ match: '*', by: 'mara', reason: 'x', forMs: HOUR, ...changed }).success).toBe(false);
  });

  it('ends when it is asked to, once', async () => {
    const { context, store } = await fired();
    const { silence } = await silenceAlert.run({ match: '*', by: 'mara', reason: 'x', forMs: HOUR }, context);

    expect(await unsilenceAlert.run({ id: 's1', by: 'lena' }, context)).toEqual(silence);
    expect([store.state.silences, Object.values(store.state.incidents).map(({ muted }) => muted)]).toEqual([[], [undefined]]);
    await expect(unsilenceAlert.run({ id: 's1', by: 'lena' }, context)).rejects.toMatchObject({
      reason: 'notFound',
      message: 'There is no silence s1: it may have ended by itself',
    });
  });
});

describe('list-alerts', () => {
  it('gives every kind, and how many there are of those that it leaves out', async () => {
    const { context, id } = await fired();
    await testAlert.run({ by: 'lena', name: 'second' }, context);
    await testAlert.run({ by: 'lena', name: 'third' }, context);
    await ackAlert.run({ incident: id, by: 'mara' }, context);

    const { at, open, acked, muted, ended, silences, windows, total } = await listAlerts.run({ limit: 1 }, context);

    expect([at, open.length, acked.map((one) => one.id), muted, ended, silences, windows]).toEqual([NOON, 1, [id], [], [], [], []]);
    expect(total).toEqual({ open: 2, acked: 1, muted: 0, ended: 0, silences: 0, windows: 0 });
  });
});

describe('probe-link', () => {
  const layers: readonly LinkLayer[] = [
    { layer: 'ping', title: 'Ping', outcome: 'ok', says: '23 ms, direct', facts: [] },
    { layer: 'tcp', title: 'TCP', outcome: 'failing', says: 'connect timed out', facts: [] },
    { layer: 'tls', title: 'TLS', outcome: 'skipped', says: 'TCP fails', facts: [] },
  ];

  it('probes from here, and tells each layer as it is known', async () => {
    const { context, measuring, phrases } = followDesk();
    measuring.layers = layers;

    expect(await probeLink.run({ from: 'cluster-a', to: 'cluster-b' }, context)).toEqual({
      from: 'cluster-a',
      to: 'cluster-b',
      at: NOON,
      layers,
    });
    expect(phrases).toEqual([
      '● Ping: 23 ms, direct',
      '● Ping: 23 ms, direct\n▲ TCP: connect timed out',
      '● Ping: 23 ms, direct\n▲ TCP: connect timed out\n· TLS: TCP fails',
    ]);
  });

  it('asks the worker that runs where it begins', async () => {
    const answer = { from: 'cluster-b', to: 'cluster-a', at: NOON, layers };
    const desk = followDesk({ elsewhere: async (link) => ({ ...answer, ...link }) });
    desk.alive = ['cluster-b'];

    expect(await probeLink.run({ from: 'cluster-b', to: 'cluster-a' }, desk.context)).toEqual(answer);
  });

  it('says where nobody measures, and from where somebody does', async () => {
    await expect(probeLink.run({ from: 'cluster-b', to: 'cluster-a' }, followDesk().context)).rejects.toMatchObject({
      reason: 'notFound',
      message: 'Nothing is measured from cluster-b: no worker runs there',
      next: 'Start one in it with `meshwarden start --role worker --vantage cluster-b`, or choose from: cluster-a.',
    });
  });

  it.each([
    ['cluster-a', 'cluster-z', 'There is no link cluster-a → cluster-z: there is no cluster cluster-z'],
    ['cluster-a', 'cluster-a', 'There is no link cluster-a → cluster-a: it begins where it ends'],
  ])('refuses %s → %s', async (from, to, message) => {
    await expect(probeLink.run({ from, to }, followDesk().context)).rejects.toMatchObject({
      reason: 'invalid',
      message,
      next: 'Choose from: cluster-b.',
    });
  });
});
