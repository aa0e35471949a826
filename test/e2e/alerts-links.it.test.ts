import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { FROZEN, trouble, troubles } from './alert-troubles.ts';
import { comeAndGo } from './come-and-go.ts';
import { watchedAndServed, type Watched } from './watched.ts';

let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off' } });
});

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

describe('a link that has something', () => {
  it('is silent while nothing is wrong', async () => {
    await w.known('link-down|link:cluster-a>cluster-b', 'link-down|link:cluster-b>cluster-a', 'schedule-stopped|schedule:probe-links');
    await w.well();
    expect(w.channel.told()).toEqual([]);
  });

  it.each(troubles('link-cut-cluster-a-cluster-b', 'link-mtu-cluster-a-cluster-b'))(
    '%s is one message, and the same message when it is over',
    async (fault, one) => {
      expect(await comeAndGo(w, fault, one)).toEqual(cameAndWent(one));
    },
  );

  it('a link that is cut both ways is a message for each way, and each says so of the other', async () => {
    w.channel.forget();
    await w.faults.set('link-cut-both-cluster-a-cluster-b', true);
    await w.channel.tells('Link cluster-a → cluster-b is down');
    await w.channel.tells('Link cluster-b → cluster-a is down');
    await w.told();
    const open = w.channel.last(2);
    await w.faults.set('link-cut-both-cluster-a-cluster-b', false);
    await w.well();

    const [there, back] = [trouble('link-cut-cluster-a-cluster-b'), trouble('link-cut-cluster-b-cluster-a')];
    const failing = [
      openCard({ ...there, also: ['cluster-b → cluster-a: fails too', ...(there.also ?? [])] }),
      openCard({ ...back, also: ['cluster-a → cluster-b: fails too', ...(back.also ?? [])] }),
    ];
    expect([open.toSorted(), w.channel.last(2).toSorted()]).toEqual([failing, [overCard(there), overCard(back)]]);
    expect(w.channel.told().filter((one) => one.startsWith('posts'))).toHaveLength(2);
  });

  it('a frozen node at one end is one message that hides both ways', async () => {
    w.channel.forget();
    await w.faults.set('node-frozen-cluster-b', true);
    await w.channel.tells('Hides 4');
    await w.told();
    const [open] = w.channel.last(1);
    await w.faults.set('node-frozen-cluster-b', false);
    await w.well();

    expect(open).toEqual(openCard(FROZEN));
    // The other end measures the ways that begin there a moment later or sooner.
    expect(w.channel.last(1).map((card) => card.replace(/\n(?:Of what it hid|4 hidden).*$/, ''))).toEqual([overCard(FROZEN)]);
    expect(w.channel.told().filter((one) => one.startsWith('posts'))).toHaveLength(1);
  });
});
