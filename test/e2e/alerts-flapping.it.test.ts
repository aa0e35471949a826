import { afterAll, beforeAll, expect, it } from 'vitest';
import { cameAndWent, openCard, overCard } from './alert-texts.ts';
import { trouble } from './alert-troubles.ts';
import { watchedAndServed, type Watched } from './watched.ts';

const FAULT = 'gateway-plaintext-cluster-b';
const ROOT = 'gateway-down|gateway:cluster-a>cluster-b';
const PLAIN = trouble(FAULT);
let w: Watched;

beforeAll(async () => {
  w = await watchedAndServed({
    unknownAfter: '2h',
    schedules: { 'probe-mesh': 'off', 'verify-public-path': 'off', 'audit-schedules': 'off' },
    alerts: () => ({ flapping: { changes: 4, within: '10m', calmAfter: '10m' } }),
  });
});

afterAll(() => w.stop());

it('what comes and goes again and again is told until it flaps, then as that, and again when it is calm', { timeout: 40_000 }, async () => {
  await w.known(ROOT);
  const turned = async (): Promise<number> => (await w.state()).subjects[ROOT]?.turns.length ?? 0;
  for (const count of [1, 2, 3, 4]) {
    await w.faults.set(FAULT, count % 2 === 1);
    await expect.poll(turned, { timeout: 10_000 }).toBe(count);
    await w.told();
  }
  const before = w.channel.told();
  const at = async (): Promise<number> => (await w.state()).subjects[ROOT]?.turns.at(-1) ?? 0;
  for (const isOn of [true, false]) {
    const last = await at();
    await w.faults.set(FAULT, isOn);
    await expect.poll(at, { timeout: 10_000 }).toBeGreaterThan(last);
  }
  await w.told();
  expect(w.channel.told()).toEqual(before);
  w.clock.advance(11 * 60_000);
  await w.well();

  expect(w.channel.told()).toEqual([
    ...cameAndWent(PLAIN),
    `posts ${openCard(PLAIN)}`,
    `edits ### ▲ PAGE · Flapping: gateway of cluster-b from cluster-a · <time>\nIt comes and goes, and is told again when it is calm. 2 of 2 probes failed: ${PLAIN.because}.`,
    `edits ${overCard({ ...PLAIN, was: 'Gateway of cluster-b from cluster-a flapped' })}`,
  ]);
});
