import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/duration.ts';
import { because, keyFor, START, Watch } from './scene.ts';

const LINK = 'link cluster-a → cluster-b';

describe('what is not measured', () => {
  it('is told of as that after a while, once, and is over when it is measured and well', () => {
    const watch = new Watch().run({ link: '+', back: '+' }).keep(10 * MINUTE, { link: '?', back: '+' });
    expect(watch.channel()).toEqual([
      `5 min 3 s post ticket unknown · No measurement of ${LINK}`,
      `  No measurement of ${LINK}: nobody can ask`,
    ]);
    expect(watch.incident()).toMatchObject({
      about: 'unknown',
      startedAt: START + 3_000,
      evidence: 'no probe had a result',
      cause: because('nobody can ask'),
    });
    watch.run({ link: '+' });
    expect(watch.channel()).toEqual([
      `10 min 6 s edit ticket over · There was no measurement of ${LINK}`,
      '  Measured again after 10 min 3 s',
    ]);
  });

  it('that was never measured at all is told of too', () => {
    const watch = new Watch().keep(5 * MINUTE, { link: '?' });
    expect(watch.channel()).toEqual([]);
    watch.keep(MINUTE, { link: '?' });
    expect(watch.channel()).toEqual([
      `6 min post ticket unknown · No measurement of ${LINK}`,
      `  No measurement of ${LINK}: nobody can ask`,
    ]);
  });

  it('never becomes a failure: when it is measured and fails that is another message', () => {
    const watch = new Watch().run({ link: '+' }).keep(6 * MINUTE, { link: '?' });
    watch.channel();
    watch.run({ link: '---' });
    expect(watch.channel()).toEqual([
      `6 min 6 s edit ticket over · There was no measurement of ${LINK}`,
      '  Measured again after 6 min 3 s',
      '6 min 12 s post page firing · Link cluster-a → cluster-b is down',
      '  Link cluster-a → cluster-b is down: it times out',
    ]);
    expect(new Set(Object.values(watch.state.incidents).map(({ marker }) => marker)).size).toBe(2);
  });

  it('and failed when it was measured last is neither over nor another message', () => {
    const watch = new Watch().run({ link: '---' }).keep(6 * MINUTE, { link: '?' });
    watch.run({ link: '-+' });
    watch.run({ link: '+' });
    expect(watch.channel()).toEqual([
      '9 s post page firing · Link cluster-a → cluster-b is down',
      '  Link cluster-a → cluster-b is down: it times out',
      '5 min 9 s edit page unknown · Link cluster-a → cluster-b failed when last measured',
      '  Not measured any more',
      '6 min 12 s edit page firing · Link cluster-a → cluster-b is down',
      '  Measured again, and it fails',
      '6 min 18 s edit page over · Link cluster-a → cluster-b was down',
      '  Over after 6 min 15 s',
    ]);
  });

  it('says nothing where it is known again before', () => {
    expect(
      new Watch()
        .run({ link: '+' })
        .keep(4 * MINUTE, { link: '?' })
        .run({ link: '+' })
        .channel(),
    ).toEqual([]);
  });

  it('is missed where nobody brings a sample of it, while others are measured', () => {
    const watch = new Watch().run({ link: '+' }).keep(6 * MINUTE, { back: '+' });
    expect(watch.channel()).toEqual([`5 min 3 s post ticket unknown · No measurement of ${LINK}`, `  No measurement of ${LINK}`]);
    expect(watch.health('link')?.cause).toBeUndefined();
  });

  it('and was about to be well when it was measured last is no failure that people should hear of', () => {
    const watch = new Watch().run({ gateway: '---+', link: '-+-+' }).keep(6 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual([
      '5 min 12 s post ticket unknown · No measurement of gateway of cluster-b from cluster-a',
      '  No measurement of gateway of cluster-b from cluster-a',
    ]);
  });

  it('does not carry the reason for which it failed once', () => {
    const watch = new Watch().run({ link: '+-' }).keep(6 * MINUTE, { back: '+' });
    expect(watch.incident().cause).toBeUndefined();
  });

  it('is not missed after a restart, until there was time to measure it', () => {
    const watch = new Watch()
      .run({ link: '++', remote: '+', clock: '+' })
      .pass(3 * HOUR)
      .run({ link: '+' });
    expect(watch.channel()).toEqual([]);
    watch.keep(14 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual([]);
    watch.keep(2 * MINUTE, { link: '+' });
    expect(watch.channel().filter((line) => !line.startsWith(' '))).toEqual([
      '3 h 15 min post ticket unknown · No measurement of remote secret for cluster-b in cluster-a',
      '3 h 15 min post ticket unknown · No measurement of clock of cluster-b',
    ]);
  });

  it('is not missed after a long sleep, whoever is measured again first, and schedules least of all', () => {
    const watch = new Watch()
      .run({ link: '++', back: '++', schedule: '+' })
      .pass(100 * 24 * HOUR)
      .run({ link: '+' });
    watch.keep(4 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual([]);
    watch.keep(12 * MINUTE, { link: '+' });
    expect(watch.channel().filter((line) => !line.startsWith(' '))).toEqual([
      '100 days post ticket unknown · No measurement of link cluster-b → cluster-a',
      '100 days post ticket unknown · No measurement of schedule probe-links',
    ]);
  });

  it('is hidden by a cause that fails, and is given time when that ends', () => {
    const watch = new Watch().run({ api: '+---', istiod: '+' }).keep(20 * MINUTE, { api: '-', istiod: '?' });
    expect([watch.states('istiod'), watch.incident().root, watch.incident().hides]).toEqual([['unknown'], keyFor('api'), []]);
    watch.run({ api: '++', istiod: '??' });
    watch.channel();
    watch.keep(14 * MINUTE, { api: '+', istiod: '?' });
    expect(watch.channel()).toEqual([]);
    watch.keep(2 * MINUTE, { api: '+', istiod: '?' });
    expect(watch.channel()[0]).toBe('35 min 18 s post ticket unknown · No measurement of istiod of cluster-b');
  });

  it('is merged into a cause that begins to fail', () => {
    const watch = new Watch().run({ istiod: '+', api: '+' }).keep(16 * MINUTE, { istiod: '?', api: '+' });
    watch.channel();
    watch.run({ api: '---', istiod: '???' });
    expect(watch.channel()).toEqual([
      '16 min 12 s edit ticket merged · There was no measurement of istiod of cluster-b',
      '  Explained by another alert: The API of cluster-b does not answer',
      '16 min 12 s post page firing · The API of cluster-b does not answer',
      '  The API of cluster-b does not answer: it times out',
    ]);
  });
});

describe('we are the ones who are offline', () => {
  it('is one message about us, and not twenty', () => {
    const all = { self: '----', node: '????', link: '----', api: '----', pods: '????', gateway: '----', path: '----', versions: '????' };
    const watch = new Watch().run(all);
    expect(watch.channel()).toEqual([
      '9 s post page firing · meshwarden in cluster-a reaches nothing · hides link cluster-a → cluster-b, API of cluster-b, gateway of cluster-b from cluster-a, public path cluster-a → cluster-b',
      '  meshwarden in cluster-a reaches nothing: it times out',
    ]);
    watch.keep(40 * MINUTE, { self: '-', node: '?', link: '-', api: '-', pods: '?', gateway: '-', path: '-', versions: '?' });
    expect(watch.channel()).toEqual([]);
    watch.run({ self: '++', node: '++', link: '++', api: '++', pods: '++', gateway: '++', path: '++', versions: '++' });
    expect(watch.channel()).toEqual([
      '40 min 18 s edit page over · meshwarden in cluster-a reached nothing',
      '  Over after 40 min 15 s, in which nothing was measured from there; the 4 that it hid are healthy again',
    ]);
  });
});
