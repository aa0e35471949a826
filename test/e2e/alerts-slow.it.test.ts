import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { REMOTE_SECRET, trouble } from './alert-troubles.ts';
import { watchedAndServed, type Watched } from './watched.ts';

/** What changes seldom is measured once a minute, and kept for a minute. */
const MINUTE = 61_000;
const PASSING = { timeout: 20_000, interval: 1_500 };
const REMOTE = 'remote-api|remoteApi:cluster-a>cluster-b';
const PUBLIC = 'public-path|publicPath:cluster-a>cluster-b';
let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ unknownAfter: '2h', schedules: { 'audit-schedules': 'off' } });
});

beforeEach(() => w.channel.forget());

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

function minute(): void {
  w.clock.advance(MINUTE);
}

/** Resolves when everything has been measured. */
async function known(): Promise<void> {
  const pass = async (): Promise<readonly string[]> => {
    minute();
    return Object.keys((await w.state()).subjects);
  };
  await expect.poll(pass, PASSING).toEqual(expect.arrayContaining([REMOTE, PUBLIC]));
}

/** Lets a minute pass again and again, with time to measure everything in each, until this is told. */
async function minutesUntil(text: string): Promise<void> {
  const pass = (): boolean => {
    minute();
    return w.channel.told().some((one) => one.includes(text));
  };
  await expect.poll(pass, PASSING).toBe(true);
}

describe('what rests on a link that works', () => {
  it.each([
    ['remote-secret-wrong-ca-cluster-a-cluster-b', 'the API server is signed by another authority than the remote secret holds'],
    ['reader-token-revoked-cluster-b', 'the API server does not accept the token of the remote secret'],
  ])('%s is one message, and the same message when it is over', async (fault, because) => {
    await known();
    await w.well(minute);
    await w.faults.set(fault, true);
    await minutesUntil('TICKET');
    await w.told();
    await w.faults.set(fault, false);
    await minutesUntil('over since');
    await w.well(minute);
    expect(w.channel.told()).toEqual(cameAndWent({ ...REMOTE_SECRET, because }));
  });

  it('is hidden where the link does not work', async () => {
    const cut = trouble('link-cut-cluster-a-cluster-b');
    await w.faults.set('link-cut-cluster-a-cluster-b', true);
    await w.channel.tells(cut.is);
    await minutesUntil('Hides 3');
    await w.told();
    const [open] = w.channel.last(1);
    await w.faults.set('link-cut-cluster-a-cluster-b', false);
    await w.channel.tells('over since');
    await w.well(minute);

    const hides = 'gateway of cluster-b from cluster-a, remote secret for cluster-b in cluster-a, public path cluster-a → cluster-b';
    expect(open).toEqual(openCard({ ...cut, also: [`Hides 3: ${hides}`] }));
    expect(w.channel.told().filter((one) => one.startsWith('posts'))).toEqual([`posts ${openCard(cut)}`]);
    // What is measured once a minute takes that long to be known to be well again.
    const { after: _, ...rest } = cut;
    const [over] = w.channel.last(1).map((card) => card.replace(/\n(?:Of what it hid|3 hidden).*$/, ''));
    expect(over).toEqual(overCard(rest));
  });
});
