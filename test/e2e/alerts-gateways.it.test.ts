import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cameAndWent } from './alert-texts.ts';
import { troubles } from './alert-troubles.ts';
import { comeAndGo } from './come-and-go.ts';
import { watchedAndServed, type Watched } from './watched.ts';

let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({ schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off' } });
});

/** A test that failed must not fail those after it. */
afterEach(() => w.faults.reset());

afterAll(() => w.stop());

describe('a gateway that has something behind a healthy link', () => {
  it.each(
    troubles('link-blocked-cluster-a-cluster-b', 'gateway-not-ready-cluster-b', 'gateway-expired-leaf-cluster-b', 'api-stopped-cluster-b'),
  )('%s is one message, and the same message when it is over', async (fault, one) => {
    expect(await comeAndGo(w, fault, one)).toEqual(cameAndWent(one));
  });
});
