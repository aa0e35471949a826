import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthyKnobs } from '../../lab/gateways/gateway-port.ts';
import { sliceName } from '../../lab/scene/workloads.ts';
import { type Bench, observe, roundTrip, type SeenByClient, startBench, startEcho } from './gateway/bench.ts';
import { recordedChain, recordedClient, recordedCounters, recordedEvents, recordedWait, STILL_OPEN } from './gateway/compare.ts';
import { NOT_REPLAYED, OTHER_FILES, reasonFor } from './gateway/not-replayed.ts';
import { CASE_FILES, casesOf, recordedFiles, type CaseFile, type RecordedCase } from './gateway/recording.ts';
import { type Relay, startRelay } from './gateway/relay.ts';
import { type Scene, sceneOf } from './gateway/scenes.ts';

interface Compared {
  readonly events: readonly string[];
  readonly chain: readonly string[];
  readonly counters: Readonly<Record<string, number>> | undefined;
}

const PATIENCE = { timeout: 5_000, interval: 2 };
/** What was recorded was measured, and a little off what is set. */
const ROUNDED_MS = 100;
/** Of connections as such, which the recordings leave out. */
const UNTOLD = /downstream_cx_/;

describe('gateways of the lab behave on the wire as Envoy', () => {
  let bench: Bench;
  let echo: Awaited<ReturnType<typeof startEcho>>;
  beforeAll(async () => {
    [bench, echo] = await Promise.all([startBench(), startEcho()]);
  });
  afterAll(async () => {
    await bench.stop();
    await echo.stop();
  });

  async function arrange({ knobs, withoutEndpoints, away }: Scene): Promise<() => Promise<void>> {
    const { overlays } = bench.mesh.member('cluster-b');
    Object.assign(bench.gateway.knobs, healthyKnobs(), knobs);
    const slice = (name: string): Parameters<typeof overlays.put>[1][number] => ({
      kind: 'EndpointSlice',
      namespace: name === 'httpbin' ? 'sample-b' : 'istio-system',
      name: sliceName(name),
      change: (object) => object && { ...object, endpoints: [] },
    });
    if (withoutEndpoints === true) overlays.put('scene', [slice('httpbin')]);
    if (away === true) overlays.put('scene', [slice('istio-eastwestgateway')]);
    await bench.gateway.settled();
    return async () => {
      overlays.remove('scene');
      await bench.gateway.settled();
    };
  }

  function counters(): Map<string, number> {
    return new Map(bench.gateway.counters.list().filter(([name]) => !UNTOLD.test(name)));
  }

  function moved(before: ReadonlyMap<string, number>): Record<string, number> {
    const deltas = [...counters()].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
    return Object.fromEntries(deltas.filter(([, by]) => by !== 0));
  }

  /** Lets pass what was waited for when the case was recorded; the clock of the gateway stands still otherwise. */
  async function wait(wanted: RecordedCase, seen: SeenByClient, relay: Relay | undefined): Promise<void> {
    const events = recordedEvents(wanted);
    const first = events.findIndex((_, index) => (wanted.events[index]?.t_ms ?? 0) >= recordedWait(wanted));
    await expect.poll(() => seen.events, PATIENCE).toEqual(events.slice(0, first));
    if (relay !== undefined) await expect.poll(() => relay.fromClient, PATIENCE).toBeGreaterThan(0);
    // Twice: what is read in the first turn may lead to a write in the second.
    for (let turn = 0; turn < 2; turn += 1) await roundTrip(echo.port);
    bench.clock.advance(recordedWait(wanted) - ROUNDED_MS);
    await roundTrip(echo.port);
    // Nor does it come sooner than recorded.
    expect(seen.events).toEqual(events.slice(0, first));
    bench.clock.advance(2 * ROUNDED_MS);
    await roundTrip(echo.port);
    if (events[first] !== STILL_OPEN) return;
    if (!seen.over) seen.events.push(STILL_OPEN);
    seen.giveUp();
  }

  /** Sends the second part when the first one was dealt with. */
  async function release(relay: Relay): Promise<void> {
    await expect.poll(() => relay.fromClient, PATIENCE).toBeGreaterThan(0);
    await roundTrip(echo.port);
    relay.release();
  }

  async function replay(file: CaseFile, wanted: RecordedCase): Promise<Compared> {
    const scene = sceneOf(file, wanted.name);
    const undo = await arrange(scene);
    const before = counters();
    const own = scene.at === 'readiness' ? bench.gateway.readinessPort.number : bench.gateway.port.number;
    const relay = scene.relay === undefined ? undefined : await startRelay(own, scene.relay);
    const seen = observe(recordedClient(file, wanted), relay?.port ?? own, bench.clock.now());
    if (relay !== undefined && scene.relay?.splitAt !== undefined) await release(relay);
    else if (recordedWait(wanted) > 0) await wait(wanted, seen, relay);
    await expect.poll(() => seen.over, PATIENCE).toBe(true);
    await relay?.stop();
    const delta = moved(before);
    await undo();
    return { events: seen.events, chain: seen.sent, counters: recordedCounters(wanted) === undefined ? undefined : delta };
  }

  const cases = CASE_FILES.flatMap((file) => casesOf(file).map((wanted) => ({ file, wanted, title: `${file}: ${wanted.name}` })));

  it('knows every recording', () => {
    const files = new Set(CASE_FILES.flatMap((file) => [`${file}.json`, `${file}.node24.json`]));

    expect(recordedFiles().filter((name) => !files.has(name) && OTHER_FILES[name] === undefined)).toEqual([]);
    expect(Object.keys(OTHER_FILES).filter((name) => !recordedFiles().includes(name))).toEqual([]);
  });

  it('lists only cases that exist', () => {
    const idle = NOT_REPLAYED.filter((one) => !cases.some(({ file, wanted }) => file === one.file && one.name.test(wanted.name)));

    expect(idle).toEqual([]);
  });

  it.each(cases.filter(({ file, wanted }) => reasonFor(file, wanted) === undefined))('$title', async ({ file, wanted }) => {
    const expected: Compared = { events: recordedEvents(wanted), chain: recordedChain(wanted), counters: recordedCounters(wanted) };

    expect(await replay(file, wanted)).toEqual(expected);
  });
});
