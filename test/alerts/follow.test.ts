import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/core/duration.ts';
import { because, CYCLE, FOLLOWED, keyFor, sample, START, Watch } from './scene.ts';

describe('src/alerts/follow.ts', () => {
  it('keeps what was measured last, whole', () => {
    const watch = new Watch().run({ link: '+' }, { latencyMs: 23, path: 'direct', says: '23 ms, direct' });
    expect(watch.state).toEqual({
      subjects: {
        [keyFor('link')]: {
          ...FOLLOWED.link,
          state: 'ok',
          since: START + CYCLE,
          window: '+',
          turns: [],
          sampledAt: START + CYCLE,
          knownAt: START + CYCLE,
          vantage: 'cluster-a',
          latencyMs: 23,
          path: 'direct',
          says: '23 ms, direct',
        },
      },
      incidents: {},
      silences: [],
      windows: [],
      begunAt: START,
    });
  });

  it('goes on when the clock was set back by days', () => {
    const watch = new Watch().run({ link: '+++', gateway: '---+' });
    watch.now -= 3 * 24 * HOUR;
    expect(watch.run({ link: '+---', gateway: '++++' }).states('link', 'gateway')).toEqual(['firing', 'ok']);
    const { sampledAt, since } = watch.health('link') ?? {};
    expect([sampledAt, since]).toEqual([watch.now, watch.now]);
    expect(watch.pass(MINUTE).states('link')).toEqual(['firing']);
    expect(watch.keep(10 * MINUTE, { gateway: '+' }).states('link')).toEqual(['unknown']);
  });

  it.each([
    ['somebody whose clock is behind asks something', -HOUR, (watch: Watch) => watch.send({ kind: 'tick' })],
    ['a clock was a little ahead', -50 * SECOND, (watch: Watch) => watch.run({ link: '-' })],
  ])('remembers what it knew where %s', (_, by, happens) => {
    const watch = new Watch().run({ link: '+' });
    const before = watch.health('link');
    watch.now += by;
    happens(watch);
    expect(watch.health('link')).toBe(before);
  });

  it('keeps why and since when it fails', () => {
    const watch = new Watch().run({ link: '+-+--' });
    expect(watch.health('link')).toEqual({
      ...FOLLOWED.link,
      state: 'firing',
      since: START + 5 * CYCLE,
      failingSince: START + 2 * CYCLE,
      window: '-+--',
      turns: [START + 5 * CYCLE],
      failed: true,
      sampledAt: START + 5 * CYCLE,
      knownAt: START + 5 * CYCLE,
      vantage: 'cluster-a',
      cause: because('it times out'),
      incident: watch.incident().id,
    });
  });

  it.each([
    ['+', 'ok'],
    ['++-', 'pending'],
    ['-', 'pending'],
    ['--', 'pending'],
    ['---', 'firing'],
    ['--+-', 'firing'],
    ['--++-', 'pending'],
    ['-+++', 'pending'],
    ['-++++', 'ok'],
    ['---+', 'resolving'],
    ['---+-', 'firing'],
    ['---++', 'ok'],
    ['---++-', 'pending'],
    ['---++--', 'pending'],
    ['---++---', 'firing'],
    ['---+?', 'firing'],
    ['---+?+', 'resolving'],
    ['-?-?-', 'pending'],
    ['--?-', 'firing'],
    ['?', 'unknown'],
    ['???', 'unknown'],
    ['?+', 'ok'],
    ['?-', 'pending'],
    ['+?', 'ok'],
  ])('a link after %s is %s', (marks, state) => {
    expect(new Watch().run({ link: marks }).states('link')).toEqual([state]);
  });

  it('ignores what it has seen, and what is older than that', () => {
    const watch = new Watch().run({ link: '+--' });
    const before = watch.state;
    watch.take([sample('link', '-', watch.now)]);
    watch.take([sample('link', '-', watch.now - SECOND), sample('link', '-', START)]);
    expect(watch.state).toBe(before);
  });

  it('brings what arrives together into its order', () => {
    const watch = new Watch();
    watch.now += 4 * CYCLE;
    watch.take([3, 1, 4, 2].map((at) => sample('link', at === 4 ? '+' : '-', START + at * CYCLE)));
    expect(watch.health('link')?.window).toBe('---+');
  });

  it('takes a time that has not come yet for now, so that the next sample counts', () => {
    const watch = new Watch().run({ link: '+' });
    watch.now += SECOND;
    watch.take([sample('link', '-', watch.now + HOUR)]);
    watch.run({ link: '--' });
    expect(watch.states('link')).toEqual(['firing']);
  });

  it('ignores a time that is none', () => {
    const watch = new Watch().run({ link: '+' });
    const before = watch.state;
    expect(watch.take([sample('link', '-', Number.NaN)]).state).toBe(before);
  });

  it('lets one vantage judge what two measure', () => {
    const watch = new Watch();
    for (const mark of ['+', '+', '-', '-', '-'] as const) {
      watch.run({ api: mark });
      watch.take([sample('api', '+', watch.now + 1, { vantage: 'cluster-b' })]);
      watch.now += 1;
    }
    expect([watch.health('api')?.vantage, watch.states('api')]).toEqual(['cluster-a', ['firing']]);
  });

  it.each([
    ['is silent', (watch: Watch) => watch.pass(4 * MINUTE)],
    ['cannot know', (watch: Watch) => watch.run({ api: '?' })],
  ])('lets another vantage judge when the first one %s', (_, happens) => {
    const watch = happens(new Watch().run({ api: '++' }));
    watch.run({ api: '---' }, { vantage: 'cluster-b' });
    expect([watch.health('api')?.vantage, watch.states('api')]).toEqual(['cluster-b', ['firing']]);
  });

  it('does not add up what was seen long before with what is seen now', () => {
    const watch = new Watch().run({ link: '+--' }).pass(HOUR).run({ link: '-' });
    expect([watch.health('link')?.window, watch.states('link'), watch.channel()]).toEqual(['-', ['pending'], []]);
  });

  it('does not know a rule of another version, and loses nothing over it', () => {
    const watch = new Watch();
    const strange = { ...sample('link', '-', START), rule: 'moon-phase' as 'trial' };
    watch.take([strange, { ...strange, rule: 'constructor' as 'trial' }, sample('link', '+', START)]);
    expect(Object.keys(watch.state.subjects)).toEqual([keyFor('link')]);
  });
});

describe('flapping', () => {
  const UP_AND_DOWN = '---++';

  it('is told once, in the message that is open, and its changes are told no longer', () => {
    const watch = new Watch().run({ link: UP_AND_DOWN.repeat(2) });
    expect(watch.channel().filter((line) => line.includes('post'))).toHaveLength(2);
    watch.run({ link: UP_AND_DOWN.repeat(20) });
    expect(watch.channel()).toEqual([
      '39 s post page firing · Link cluster-a → cluster-b is down',
      '  Link cluster-a → cluster-b is down: it times out',
      '45 s edit page flapping · Flapping: link cluster-a → cluster-b',
      '  Changed 6 times within 36 s; its changes are not told until it is calm',
    ]);
    expect(watch.states('link')).toEqual(['flapping']);
  });

  it('ends when it is calm and well', () => {
    const watch = new Watch().run({ link: UP_AND_DOWN.repeat(4) });
    watch.channel();
    watch.keep(9 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual([]);
    watch.keep(2 * MINUTE, { link: '+' });
    expect(watch.channel()).toEqual(['11 min edit page over · Link cluster-a → cluster-b flapped', '  Over after 10 min 27 s']);
    expect([watch.states('link'), watch.health('link')?.turns]).toEqual([['ok'], []]);
  });

  it('goes on as failing when it is calm and fails', () => {
    const watch = new Watch().run({ link: `${UP_AND_DOWN.repeat(3)}---` });
    watch.channel();
    watch.keep(11 * MINUTE, { link: '-' });
    expect(watch.channel()).toEqual(['10 min 54 s edit page firing · Link cluster-a → cluster-b is down', '  Calm again, and it fails']);
  });

  it('is not what happens over a longer time', () => {
    const watch = new Watch();
    for (let at = 0; at < 6; at += 1) watch.run({ link: UP_AND_DOWN }).keep(5 * MINUTE, { link: '+' });
    expect(watch.channel().filter((line) => line.includes('post'))).toHaveLength(6);
    expect(watch.states('link')).toEqual(['ok']);
  });

  it('is another thing than not to know', () => {
    const watch = new Watch().run({ link: UP_AND_DOWN.repeat(4) });
    watch.channel();
    watch.keep(6 * MINUTE, { link: '?' });
    expect(watch.channel()).toEqual([
      '6 min edit page unknown · Link cluster-a → cluster-b failed when last measured',
      '  Not measured any more',
    ]);
  });
});
