import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { OFFLINE, trouble } from './alert-troubles.ts';
import { watched, type Watched } from './watched.ts';

const FAULT = 'gateway-plaintext-cluster-b';
const ROOT = 'gateway-down|gateway:cluster-a>cluster-b';
const PLAIN = trouble(FAULT);
const NOTHING = ['api-stopped-cluster-a', 'api-stopped-cluster-b', 'link-cut-both-cluster-a-cluster-b'];
let w: Watched;

beforeAll(async () => {
  w = await watched({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off', 'audit-schedules': 'off' } });
});

beforeEach(() => w.channel.forget());

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

describe('processes that come and go', () => {
  it('a worker ends before anybody posted what it found: it is posted, once', async () => {
    const worker = await w.serve('worker', 'scheduler');
    await w.known(ROOT);
    await w.faults.set(FAULT, true);
    await w.becomes(ROOT, 'firing');
    await w.end(worker);
    expect(w.channel.told()).toEqual([]);
    await w.serve('bot');
    await w.channel.tells('PAGE');
    await w.serve('worker', 'scheduler');
    await w.faults.set(FAULT, false);
    await w.channel.tells('over since');
    await w.well();

    expect(w.channel.told()).toEqual(cameAndWent(PLAIN));
  });

  it('several of each tell everything once', async () => {
    await Promise.all([w.serve('bot', 'worker', 'scheduler'), w.serve('bot', 'worker', 'scheduler')]);
    await w.faults.set(FAULT, true);
    await w.channel.tells('PAGE');
    await w.told();
    await w.faults.set(FAULT, false);
    await w.channel.tells('over since');
    await w.well();

    expect(w.channel.told()).toEqual(cameAndWent(PLAIN));
    expect(w.channel.thread()).toEqual(['Over after <time>']);
  });

  it('where nothing at all answers, the one alert is about meshwarden itself', async () => {
    await Promise.all(NOTHING.map((fault) => w.faults.set(fault, true)));
    await w.channel.tells('reaches nothing');
    await w.told();
    const also = ['Hides 4: link cluster-a → cluster-b, API of cluster-a, API of cluster-b, gateway of cluster-b from cluster-a'];
    const open = `posts ${openCard({ ...OFFLINE, also })}`;
    expect(w.channel.told()).toEqual([open]);
    await Promise.all(NOTHING.map((fault) => w.faults.set(fault, false)));
    await w.channel.tells('over since');
    await w.well();

    // API servers may take a moment longer than links: then it says so of them.
    const over = w.channel.told().map((one) => one.replace(/\n(?:Of what it hid|4 hidden).*$/, ''));
    expect(over).toEqual([open, `edits ${overCard(OFFLINE)}`]);
  });
});
