import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/duration.ts';
import { because, CYCLE, FOLLOWED, keyFor, sample, START, Watch } from './scene.ts';

describe('an incident', () => {
  it('is one thing with all that is known of it', () => {
    const watch = new Watch().run({ back: '++++', link: '+---', gateway: '+---' }, { says: '23 ms, direct' });
    const { id, marker, ...rest } = watch.incident();
    expect(rest).toEqual({
      root: keyFor('link'),
      about: 'failing',
      ...FOLLOWED.link,
      severity: 'page',
      startedAt: START + 2 * CYCLE,
      openedAt: START + 4 * CYCLE,
      announcedAt: START + 4 * CYCLE,
      state: 'firing',
      title: 'Link cluster-a → cluster-b is down',
      cause: because('it times out'),
      evidence: '3 of 4 probes failed',
      hides: ['gateway of cluster-b from cluster-a'],
      hidMost: 1,
      context: ['cluster-b → cluster-a: 23 ms, direct'],
      history: [{ at: START + 4 * CYCLE, says: 'Link cluster-a → cluster-b is down: it times out' }],
      version: 1,
      turn: 1,
    });
    expect(marker).toMatch(/^[0-9a-f]{10}$/);
    expect(id).toBe(`${marker}-${(START + 4 * CYCLE).toString(36)}`);
  });

  it('says nothing of what came and went before it was sure', () => {
    expect(new Watch().run({ link: '++--++-+-++++-+++' }).channel()).toEqual([]);
  });

  it('changes nothing while it lasts', () => {
    const watch = new Watch().run({ link: '---' });
    watch.channel();
    const { version, turn } = watch.incident();
    watch.run({ link: '-+--+--' });
    expect([watch.channel(), watch.incident().version, watch.incident().turn]).toEqual([[], version, turn]);
  });

  it('comes back as another one that has the same marker', () => {
    const watch = new Watch().run({ link: '---++' }).pass(HOUR).run({ link: '++---' });
    const [first, second] = Object.values(watch.state.incidents);
    expect([first?.state, second?.state, first?.marker === second?.marker, first?.id === second?.id]).toEqual([
      'over',
      'firing',
      true,
      false,
    ]);
  });

  it('has an id of its own even where another one of that root began in the same millisecond', () => {
    const watch = new Watch().run({ canary: '+' });
    watch.now += 9;
    for (const [at, mark] of (['-', '+', '-'] as const).entries()) watch.take([sample('canary', mark, watch.now - 5 + at)]);
    expect(Object.values(watch.state.incidents).map(({ state }) => state)).toEqual(['over', 'firing']);
  });

  it('puts its cause into other words, at most once a minute', () => {
    const watch = new Watch().run({ link: '---' });
    watch.channel();
    for (let at = 0; at < 20; at += 1) watch.run({ link: '-' }, { cause: because(at % 2 === 0 ? 'it is refused' : 'it is reset') });
    expect(watch.channel()).toEqual([
      '1 min 9 s edit page firing · Link cluster-a → cluster-b is down',
      '  Another reason now: it is reset',
    ]);
  });

  it('becomes more urgent, and then an ack of before does not count', () => {
    const watch = new Watch({ escalation: { after: 15 * MINUTE, role: '7' } }).run({ key: '+-' });
    watch.send({ kind: 'ack', incident: watch.incident().id, by: 'lena', forMs: undefined });
    watch.run({ key: '-' }, { severity: 'page' });
    watch.keep(16 * MINUTE, { key: '-' });
    expect(watch.channel()).toEqual([
      '6 s post ticket firing · The key of the Tailscale node of cluster-a needs renewal',
      '  The key of the Tailscale node of cluster-a needs renewal: it times out',
      '6 s edit ticket firing · The key of the Tailscale node of cluster-a needs renewal',
      '  Acked by lena',
      '9 s edit page firing · The key of the Tailscale node of cluster-a needs renewal',
      '  A page from now on; the ack of lena does not cover that',
      '1 min 9 s edit ticket firing · The key of the Tailscale node of cluster-a needs renewal',
      '  A ticket from now on',
    ]);
    expect(watch.incident().ack).toBeUndefined();
  });

  it('ends when nobody follows it any more', () => {
    const watch = new Watch().run({ link: '---', schedule: '-' });
    watch.channel();
    watch.send({ kind: 'retire', keys: [keyFor('link'), 'no|such'] });
    expect(watch.channel()).toEqual(['9 s edit page over · Link cluster-a → cluster-b was down', '  Ended: it left the configuration']);
    expect(Object.keys(watch.state.subjects)).toEqual([keyFor('schedule')]);
  });

  it('ends when its rule is turned off, and nobody hears of that rule again', () => {
    const before = new Watch().run({ link: '---' });
    const after = new Watch({ rules: { 'link-down': { severity: 'off' } } });
    [after.state, after.now] = [before.state, before.now];
    after.run({ link: '-----', gateway: '-----' });
    const [first] = Object.values(after.state.incidents);
    expect([first?.state, first?.history.at(-1)?.says, after.states('link')]).toEqual(['over', 'Ended: its rule is off', ['firing']]);
    expect(after.incident().root).toBe(keyFor('gateway'));
  });

  it('is forgotten a day after its end', () => {
    const watch = new Watch().run({ link: '---++' });
    watch.pass(24 * HOUR - 1);
    expect(Object.keys(watch.state.incidents)).toHaveLength(1);
    watch.pass(1);
    expect(watch.state.incidents).toEqual({});
  });

  it('of a trial ends by itself', () => {
    const watch = new Watch().run({ trial: '-' }, { severity: 'page' });
    watch.keep(15 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual([
      '3 s post page firing · This is a trial: friday',
      '  This is a trial: friday: it times out',
      '15 min 3 s edit page over · This was a trial: friday',
      '  Over after 15 min',
    ]);
    expect(Object.keys(watch.state.subjects)).toEqual([keyFor('link')]);
  });

  it('is found again by its marker where everything was forgotten, and there is no storm', () => {
    const before = new Watch().run({ link: '---', gateway: '---', path: '---', api: '---' });
    const after = new Watch();
    after.now = before.now;
    after.run({ link: '---', gateway: '---', path: '---', api: '---' });
    expect(after.open().map(({ marker }) => marker)).toEqual(before.open().map(({ marker }) => marker));
    expect(after.open()).toHaveLength(1);
  });

  it('does not change when nothing happens', () => {
    const watch = new Watch().run({ link: '---', gateway: '+++' });
    const before = watch.state;
    watch.now += 1;
    for (const event of [
      { kind: 'tick' },
      { kind: 'samples', samples: [] },
      { kind: 'ack', incident: 'constructor', by: 'x', forMs: undefined },
      { kind: 'unack', incident: watch.incident().id, by: 'x' },
      { kind: 'unsilence', id: 'none', by: 'x' },
      { kind: 'closeWindow', id: 'none' },
      { kind: 'retire', keys: [] },
    ] as const) {
      expect(watch.send(event).state).toBe(before);
    }
  });

  it('keeps what did not change as it is', () => {
    const watch = new Watch().run({ link: '---', gateway: '+++', schedule: '-' });
    const before = watch.state;
    watch.run({ gateway: '+' });
    const same = Object.entries(watch.state.subjects).filter(([key, health]) => before.subjects[key] === health);
    expect(same.map(([key]) => key)).toEqual([keyFor('link'), keyFor('schedule')]);
    expect([watch.state.incidents, watch.state.silences, watch.state.windows]).toEqual([before.incidents, before.silences, before.windows]);
    expect(watch.state.incidents).toBe(before.incidents);
  });
});
