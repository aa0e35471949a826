import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { trouble } from './alert-troubles.ts';
import { watchedAndServed, type Watched } from './watched.ts';

const FAULT = 'gateway-plaintext-cluster-b';
const ROOT = 'gateway-down|gateway:cluster-a>cluster-b';
const PLAIN = trouble(FAULT);
const OTHER_FAULT = 'gateway-foreign-root-cluster-b';
const OTHER_ROOT = 'gateway-trust|gateway:cluster-a>cluster-b';
const FOREIGN = trouble(OTHER_FAULT);
let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off', 'audit-schedules': 'off' } });
});

beforeEach(() => w.channel.forget());

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

describe('something that alerts rest on is away', () => {
  it('Discord, while one thing comes and goes and another comes: then the channel says exactly that', async () => {
    await w.known(ROOT, OTHER_ROOT);
    const muted = w.discord.mute();
    await w.faults.set(FAULT, true);
    await w.becomes(ROOT, 'firing');
    await w.faults.set(FAULT, false);
    await w.becomes(ROOT, 'ok');
    await w.faults.set(OTHER_FAULT, true);
    await w.becomes(OTHER_ROOT, 'firing');
    expect(w.channel.told()).toEqual([]);
    muted.end();
    await w.told();
    const only = 'Told only now: it came and went before anything could be posted.';
    const late = [`posts ${openCard(FOREIGN)}`, `posts ${overCard({ ...PLAIN, after: [only] })}`];
    expect(w.channel.told().toSorted()).toEqual(late.toSorted());

    await w.faults.set(OTHER_FAULT, false);
    await w.well();
    expect(w.channel.told().slice(late.length)).toEqual([`edits ${overCard(FOREIGN)}`]);
  });

  it('Redis, for a moment, while an alert is open', async () => {
    await w.faults.set(FAULT, true);
    await w.channel.tells('PAGE');
    await w.told();
    await w.redis.stop();
    await w.redis.start();
    await w.faults.set(FAULT, false);
    await w.channel.tells('over since');
    await w.well();

    expect(w.channel.told()).toEqual(cameAndWent(PLAIN));
  });

  it('everything that Redis kept, while an alert is open: its message is found again', async () => {
    await w.faults.set(FAULT, true);
    await w.channel.tells('PAGE');
    await w.told();
    await w.flush();
    await w.channel.tells('PAGE', 2);
    await w.told();
    await w.faults.set(FAULT, false);
    await w.channel.tells('over since');
    await w.well();

    expect(w.channel.told()).toEqual([`posts ${openCard(PLAIN)}`, `edits ${openCard(PLAIN)}`, `edits ${overCard(PLAIN)}`]);
  });
});
