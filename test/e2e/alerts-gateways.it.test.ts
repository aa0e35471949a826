import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cameAndWent } from './alert-texts.ts';
import { troubles } from './alert-troubles.ts';
import { watchedAndServed, type Watched } from './watched.ts';

let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off' } });
});

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

describe('a gateway that has something behind a healthy link', () => {
  it('is silent while nothing is wrong', async () => {
    await w.known('link-down|link:cluster-a>cluster-b', 'link-down|link:cluster-b>cluster-a', 'schedule-stopped|schedule:probe-links');
    await w.well();
    expect(w.channel.told()).toEqual([]);
  });

  it.each(
    troubles('link-blocked-cluster-a-cluster-b', 'gateway-not-ready-cluster-b', 'gateway-expired-leaf-cluster-b', 'api-stopped-cluster-b'),
  )('%s is one message, and the same message when it is over', async (fault, trouble) => {
    w.channel.forget();
    await w.faults.set(fault, true);
    await w.channel.tells(trouble.is);
    await w.told();
    await w.faults.set(fault, false);
    await w.well();

    expect(w.channel.told()).toEqual(cameAndWent(trouble));
  });
});
