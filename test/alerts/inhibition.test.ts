import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/duration.ts';
import { keyFor, sample, START, Watch } from './scene.ts';

const LINK = 'Link cluster-a → cluster-b';
const GATEWAY = 'The gateway of cluster-b';
const HIDDEN = 'API of cluster-b, gateway of cluster-b from cluster-a';

describe('a cause and what it explains', () => {
  it('are one message that names what it hides, and says that all of it is well again', () => {
    const watch = new Watch().run({ link: '+---', api: '+---', gateway: '+---', path: '+   --', quality: '++++------------' });
    expect(watch.channel()).toEqual([
      `12 s post page firing · ${LINK} is down · hides ${HIDDEN}`,
      `  ${LINK} is down: it times out`,
      `18 s edit page firing · ${LINK} is down · hides ${HIDDEN}, public path cluster-a → cluster-b`,
    ]);
    watch.run({ link: '++', api: '++', gateway: '++', path: '++' });
    expect(watch.channel()).toEqual([`54 s edit page over · ${LINK} was down`, '  Over after 48 s; the 3 that it hid are healthy again']);
    expect(watch.states('link', 'api', 'gateway', 'path', 'quality')).toEqual(['ok', 'ok', 'ok', 'ok', 'pending']);
  });

  it('the same, whoever is measured first', () => {
    const watch = new Watch();
    for (let at = 0; at < 6; at += 1) watch.run({ gateway: '-' }).run({ link: '-' });
    expect(watch.channel().filter((line) => !line.startsWith(' '))).toEqual([
      `18 s post page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a`,
    ]);
  });

  it('waits for a cause that is not yet clear', () => {
    const watch = new Watch({ rules: { 'link-down': { failures: 6, of: 8 } } }).run({ gateway: '-----', link: '-----' });
    expect([watch.states('gateway', 'link'), watch.channel()]).toEqual([['firing', 'pending'], []]);
    watch.run({ gateway: '-', link: '-' });
    expect(watch.channel()).toEqual([
      `18 s post page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a`,
      `  ${LINK} is down: it times out`,
    ]);
  });

  it('does not wait for ever for a cause that never becomes clear', () => {
    const watch = new Watch().run({ gateway: '-'.repeat(20), link: '-+++'.repeat(5) });
    expect(watch.channel()).toEqual([
      `42 s post page firing · ${GATEWAY} does not work from cluster-a`,
      `  ${GATEWAY} does not work from cluster-a: it times out`,
    ]);
  });

  it('says nothing where what waited is well again', () => {
    expect(new Watch().run({ gateway: '---++++++', link: '--+++++++' }).channel()).toEqual([]);
  });

  it('reaches through what is not measured in between', () => {
    const watch = new Watch().run({ self: '---', path: '---' });
    expect(watch.incident().hides).toEqual(['public path cluster-a → cluster-b']);
  });

  it('does not hide what another vantage or another direction measures', () => {
    const watch = new Watch().run({ link: '---', back: '---', istiod: '---' });
    watch.take([1, 2, 3].map((at) => sample('clock', '-', watch.now - at, { vantage: 'cluster-b' })));
    expect(watch.open().map(({ rule, subject, hides }) => [rule, subject.kind === 'link' ? subject.from : subject.kind, hides])).toEqual([
      ['link-down', 'cluster-a', ['istiod of cluster-b']],
      ['link-down', 'cluster-b', []],
      ['clock-skew', 'clock', []],
    ]);
  });
});

describe('what two vantages measure', () => {
  it('follows its cause to what explains that', () => {
    const fromB = { vantage: 'cluster-b' };
    const watch = new Watch().run({ api: '---' }).run({ canary: '-' }, fromB);
    expect(watch.incident()).toMatchObject({ root: keyFor('api'), hides: ['canary of cluster-b'] });
    watch.run({ link: '---' });
    expect(watch.incident()).toMatchObject({ root: keyFor('link'), hides: ['API of cluster-b', 'canary of cluster-b'] });
  });
});

describe('when a cause ends', () => {
  it('what still fails must earn its own message with what is measured from then on', () => {
    const watch = new Watch().run({ link: '+---', gateway: '+---' });
    watch.channel();
    watch.run({ link: '++', gateway: '--' });
    expect(watch.channel()).toEqual([
      `18 s edit page over · ${LINK} was down · hides gateway of cluster-b from cluster-a`,
      '  Over after 12 s; gateway of cluster-b from cluster-a still to recover',
    ]);
    expect(watch.states('gateway')).toEqual(['pending']);
    watch.run({ link: '++', gateway: '--' });
    expect(watch.channel()).toEqual([]);
    watch.run({ link: '+', gateway: '-' });
    expect(watch.channel()).toEqual([
      `27 s post page firing · ${GATEWAY} does not work from cluster-a`,
      `  ${GATEWAY} does not work from cluster-a: it times out`,
    ]);
  });

  it('what was measured before the end and comes late does not count', () => {
    const watch = new Watch().run({ link: '---', gateway: '---' }).run({ link: '++' });
    watch.take([sample('gateway', '-', watch.now - SECOND), sample('gateway', '-', watch.now - 1), sample('gateway', '-', watch.now)]);
    expect([watch.health('gateway')?.window, watch.states('gateway')]).toEqual(['', ['pending']]);
  });

  it('what recovers a little later says nothing', () => {
    const watch = new Watch().run({ link: '---', gateway: '---', path: '---' }).run({ link: '++' });
    watch.channel();
    watch.run({ link: '++++++', gateway: '--++++', path: '-+++++' });
    expect([watch.channel(), watch.states('gateway', 'path')]).toEqual([[], ['ok', 'ok']]);
  });

  it('a cause behind it takes its place without a gap', () => {
    const watch = new Watch().run({ self: '---', link: '---', gateway: '---' });
    expect(watch.incident().hides).toEqual(['link cluster-a → cluster-b', 'gateway of cluster-b from cluster-a']);
    watch.channel();
    watch.run({ self: '++', link: '--', gateway: '--' });
    expect(watch.channel()).toEqual([
      '15 s edit page over · meshwarden in cluster-a reached nothing · hides link cluster-a → cluster-b, gateway of cluster-b from cluster-a',
      '  Over after 12 s, in which nothing was measured from there; link cluster-a → cluster-b and gateway of cluster-b from cluster-a still to recover',
    ]);
    watch.run({ self: '+++', link: '---', gateway: '---' });
    expect(watch.channel()).toEqual([
      `24 s post page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a`,
      `  ${LINK} is down: it times out`,
    ]);
  });
});

describe('a cause that comes after what it explains', () => {
  it('takes the message over, with the ack that it has', () => {
    const watch = new Watch().run({ gateway: '----' });
    watch.send({ kind: 'ack', incident: watch.incident().id, by: 'lena', forMs: undefined });
    const before = watch.incident();
    watch.channel();
    watch.run({ link: '---', gateway: '---' });
    const after = watch.incident();
    expect(watch.channel()).toEqual([
      `21 s edit page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a`,
      `  ${LINK} is down, which explains this (${GATEWAY} does not work from cluster-a): it times out`,
    ]);
    expect([after.id, after.root, after.startedAt, after.ack, after.marker === before.marker]).toEqual([
      before.id,
      keyFor('link'),
      START + 15_000,
      before.ack,
      false,
    ]);
    watch.run({ link: '++', gateway: '++' });
    expect(watch.channel()).toEqual([`27 s edit page over · ${LINK} was down`, '  Over after 12 s; what it hid is healthy again']);
  });

  it('takes the oldest of several over, and the others are merged into it', () => {
    const watch = new Watch().run({ remote: '---' }).run({ gateway: '---', istiod: '---' });
    watch.channel();
    watch.run({ link: '---', remote: '---', gateway: '---', istiod: '---' });
    expect(watch.channel()).toEqual([
      `27 s edit page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a, remote secret for cluster-b in cluster-a, istiod of cluster-b`,
      `  ${LINK} is down, which explains this (The remote secret for cluster-b in cluster-a does not work): it times out`,
      '  A page from now on',
      `27 s edit page merged · istiod of cluster-b served no chain that verifies`,
      `  Explained by another alert: ${LINK} is down`,
      `27 s edit page merged · ${GATEWAY} did not work from cluster-a`,
      `  Explained by another alert: ${LINK} is down`,
    ]);
    const merged = Object.values(watch.state.incidents).filter(({ state }) => state === 'merged');
    expect(merged.map(({ mergedInto, endedAt }) => [mergedInto, endedAt])).toEqual([
      [watch.incident().id, watch.now],
      [watch.incident().id, watch.now],
    ]);
  });

  it('takes one over that people know of rather than an older one that was kept quiet', () => {
    const watch = new Watch();
    watch.send({
      kind: 'silence',
      silence: { id: 's', match: 'gateway-down|*', by: 'jon', reason: '', from: watch.now, until: watch.now + MINUTE },
    });
    watch.run({ gateway: '---' }).run({ istiod: '---', gateway: '---' });
    watch.channel();
    watch.run({ link: '---' });
    expect(watch.channel()[0]).toBe(
      `27 s edit page firing · ${LINK} is down · hides gateway of cluster-b from cluster-a, istiod of cluster-b`,
    );
  });
});

describe('a cause of which nothing is known', () => {
  it('explains nothing: what depends on it is judged by itself', () => {
    const watch = new Watch().run({ link: '+' }).keep(6 * MINUTE, { link: '?', canary: '+' });
    watch.channel();
    watch.run({ link: '???', gateway: '---' });
    expect(watch.channel()).toEqual([
      `6 min 12 s post page firing · ${GATEWAY} does not work from cluster-a`,
      `  ${GATEWAY} does not work from cluster-a: it times out`,
    ]);
  });

  it('still explains what it explained when it was known to fail', () => {
    const watch = new Watch().run({ link: '---', gateway: '---' }).keep(6 * MINUTE, { link: '?', gateway: '-' });
    expect(watch.incident()).toMatchObject({ root: keyFor('link'), state: 'unknown', hides: ['gateway of cluster-b from cluster-a'] });
  });

  it('hides what is not known for the same reason', () => {
    const watch = new Watch().run({ self: '+', link: '+', gateway: '+', schedule: '+' });
    watch.keep(7 * MINUTE, { schedule: '+' });
    expect(watch.channel()).toEqual([]);
    watch.keep(7 * MINUTE, { back: '+' }, MINUTE, { vantage: 'cluster-b' });
    expect(watch.channel()).toEqual([
      '8 min 3 s post ticket unknown · meshwarden in cluster-a does not report · hides link cluster-a → cluster-b, gateway of cluster-b from cluster-a',
      '  meshwarden in cluster-a does not report',
    ]);
  });
});

describe('a rule that is off', () => {
  it('explains nothing', () => {
    const watch = new Watch({ rules: { 'link-down': { severity: 'off' } } }).run({ link: '---', gateway: '---' });
    expect(watch.incident()).toMatchObject({ root: keyFor('gateway'), hides: [] });
  });
});
