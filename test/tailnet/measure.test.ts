import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import { createTailnetMeter, FULL_PACKET, type TailnetTarget } from '../../src/tailnet/measure.ts';
import type { Asked, Device, NodeStatus, PingResult, TailnetReading } from '../../src/mesh/probing/tailnet.ts';
import type { ControlApi } from '../../src/tailnet/control-api.ts';
import type { LocalApi } from '../../src/tailnet/local-api.ts';
import { createHandClock, type HandClock } from '../core/hand-clock.ts';
import { answered, device, DIRECT, error, NOT_ASKED, PEER_ADDRESS, PONG, SILENT, status, troubled } from '../mesh/probing/tailnet-build.ts';
import { turnsOver } from './turns.ts';

/** What the fake daemon does with a ping: answers at once, after a while, or never. */
type Behaviour = (ping: {
  readonly type: string;
  readonly address: string;
  readonly place: number;
  readonly size: number | undefined;
}) => { readonly afterMs: number; readonly result: PingResult } | 'never';

interface Sent {
  readonly at: number;
  readonly type: string;
  readonly address: string;
}

interface Bench {
  readonly clock: HandClock;
  readonly sent: Sent[];
  readonly local: LocalApi;
}

/** A daemon whose pings end on the clock of the test: never answered is silent at the caller's deadline. */
function fakeDaemon(behave: Behaviour, node: Asked<NodeStatus> = answered(status())): Bench {
  const clock = createHandClock();
  const sent: Sent[] = [];
  const local: LocalApi = {
    status: async () => node,
    async ping(address, type, { within, signal, size }) {
      const place = sent.filter((ping) => ping.type === type && ping.address === address).length;
      sent.push({ at: clock.now(), type, address });
      const outcome = behave({ type, address, place, size });
      const late = outcome === 'never' || outcome.afterMs > within;
      const wait = late ? within : outcome.afterMs;
      if (wait > 0) await clock.sleep(wait, signal);
      return late ? SILENT : outcome.result;
    },
  };
  return { clock, sent, local };
}

const atOnce = (result: PingResult) => ({ afterMs: 0, result });
const well: Behaviour = ({ type }) => atOnce(type === 'disco' ? DIRECT : PONG);
const TARGET: TailnetTarget = { address: PEER_ADDRESS };

/** Measures, letting time pass in steps until it is done; and says how long it took. */
async function measured(
  { clock, local }: Pick<Bench, 'clock'> & { readonly local: LocalApi | undefined },
  targets: readonly TailnetTarget[] = [TARGET],
  control?: ControlApi,
): Promise<{ readonly reading: TailnetReading; readonly took: number }> {
  const from = clock.now();
  const done = new AbortController();
  const work = createTailnetMeter({ local, control, clock }).measure(targets);
  void work.then(() => done.abort());
  await turnsOver();
  for (let step = 0; !done.signal.aborted && step < 50; step += 1) {
    clock.advance(100);
    await turnsOver();
  }
  return { reading: await work, took: clock.now() - from };
}

const pingsOf = ({ pings }: TailnetReading) => pings.get(PEER_ADDRESS);

describe('a measurement of the tailnet', () => {
  it('pings once through two layers where all is well', async () => {
    const bench = fakeDaemon(well);
    const { reading, took } = await measured(bench);

    expect({ took, reading }).toEqual({
      took: 0,
      reading: {
        node: answered(status()),
        devices: NOT_ASKED,
        pings: new Map([[PEER_ADDRESS, { disco: [DIRECT], tsmp: [PONG], icmp: [], sized: [], recent: { sent: 2, lost: 0 } }]]),
      },
    });
    expect(bench.sent.map(({ type }) => type)).toEqual(['TSMP', 'disco']);
  });

  it('tries again where nothing comes, asks the host too, and ends in time', async () => {
    const bench = fakeDaemon(() => 'never');
    const { reading, took } = await measured(bench);

    expect(pingsOf(reading)).toEqual({
      disco: [SILENT, SILENT],
      tsmp: [SILENT, SILENT],
      icmp: [SILENT],
      sized: [],
      recent: { sent: 0, lost: 0 },
    });
    expect(bench.sent.map(({ at, type }) => `${at} ${type}`).toSorted()).toEqual([
      '0 TSMP',
      '0 disco',
      '600 ICMP',
      '600 TSMP',
      '600 disco',
    ]);
    expect(took).toEqual(1_700);
  });

  it('tells a lost ping from a slow one', async () => {
    const lost = await measured(fakeDaemon(({ type, place }) => (type === 'disco' && place === 0 ? 'never' : atOnce(PONG))));
    const slow = await measured(
      fakeDaemon(({ type, place }) => (type === 'disco' ? (place === 0 ? { afterMs: 900, result: DIRECT } : 'never') : atOnce(PONG))),
    );

    expect(pingsOf(lost.reading)).toMatchObject({ disco: [SILENT, PONG], recent: { sent: 3, lost: 1 } });
    expect([pingsOf(slow.reading)?.disco, slow.took]).toEqual([[DIRECT], 900]);
  });

  it('takes an error for an answer', async () => {
    const bench = fakeDaemon(() => atOnce(error('no matching peer')));
    const { reading } = await measured(bench);

    expect(pingsOf(reading)).toMatchObject({ disco: [error('no matching peer')], tsmp: [error('no matching peer')], icmp: [] });
  });

  it('asks the host where TCP was silent, and pings with a full packet where that is wanted', async () => {
    const bench = fakeDaemon(({ type, size }) => (size === FULL_PACKET ? 'never' : atOnce(type === 'disco' ? DIRECT : PONG)));
    const { reading } = await measured(bench, [{ ...TARGET, icmp: true, sized: true }]);

    expect(pingsOf(reading)).toMatchObject({ disco: [DIRECT], icmp: [PONG], sized: [{ size: 1312, result: SILENT }] });
  });

  it('counts losses over measurements, and forgets them when nothing answers at all', async () => {
    let dead = false;
    const bench = fakeDaemon(({ type, place }) => (dead || (type === 'disco' && place % 3 === 0) ? 'never' : atOnce(PONG)));
    const meter = createTailnetMeter({ local: bench.local, control: undefined, clock: bench.clock });
    const counts: unknown[] = [];
    for (const fails of [false, false, false, true, false]) {
      dead = fails;
      const work = meter.measure([TARGET]);
      for (let step = 0; step < 18; step += 1) {
        await turnsOver();
        bench.clock.advance(100);
      }
      counts.push((await work).pings.get(PEER_ADDRESS)?.recent);
    }

    expect(counts).toEqual([
      { sent: 3, lost: 1 },
      { sent: 5, lost: 1 },
      { sent: 8, lost: 2 },
      { sent: 0, lost: 0 },
      { sent: 2, lost: 0 },
    ]);
  });

  it('pings nobody while the own node does not run', async () => {
    const stopped = fakeDaemon(well, answered(status({ backend: 'Stopped' })));
    const gone = fakeDaemon(well, troubled('noSocket'));

    expect((await measured(stopped)).reading.pings).toEqual(new Map());
    expect((await measured(gone)).reading).toEqual({ node: troubled('noSocket'), devices: NOT_ASKED, pings: new Map() });
    expect([...stopped.sent, ...gone.sent]).toEqual([]);
  });

  it('measures a hundred addresses in the time of one', async () => {
    const targets = Array.from({ length: 100 }, (_, place) => ({ address: `100.64.1.${place}` }));
    const { reading, took } = await measured(fakeDaemon(well), targets);

    expect([reading.pings.size, took]).toEqual([100, 0]);
  });

  it('measures as many as it can in its time where nobody answers, and leaves the others unmeasured', async () => {
    const targets = Array.from({ length: 150 }, (_, place) => ({ address: `100.64.1.${place}` }));
    const { reading, took } = await measured(
      fakeDaemon(() => 'never'),
      targets,
    );

    expect([reading.pings.size, took]).toEqual([100, 1_700]);
  });

  it.each<readonly [name: string, local: boolean]>([
    ['with LocalAPI', true],
    ['without', false],
  ])('ends at once when the caller no longer wants it, %s', async (_, asked) => {
    const { clock, local } = fakeDaemon(() => 'never');
    const caller = new AbortController();
    const control: ControlApi = { devices: () => new Promise(() => undefined) };
    const meter = createTailnetMeter({ local: asked ? local : undefined, control, clock });
    const work = meter.measure([{ ...TARGET, sized: true }], caller.signal);
    const failure = work.then(
      () => 'measured',
      (error: unknown) => error,
    );
    await turnsOver();
    caller.abort(new OperatorError({ reason: 'cancelled', what: 'Enough' }));

    expect(await failure).toMatchObject({ reason: 'cancelled', what: 'Enough' });
    await turnsOver();
    expect(clock.waiting()).toEqual(0);
  });

  it('does with the control API alone, with both, and with neither', async () => {
    const devices: readonly Device[] = [device()];
    const control: ControlApi = { devices: async () => answered(devices) };
    const { clock, local } = fakeDaemon(well);
    const alone = await measured({ clock, local: undefined }, [TARGET], control);
    const both = await measured({ clock, local }, [TARGET], control);
    const neither = await measured({ clock, local: undefined });

    expect(alone.reading).toEqual({ node: NOT_ASKED, devices: answered(devices), pings: new Map() });
    expect([both.reading.node, both.reading.devices]).toEqual([answered(status()), answered(devices)]);
    expect(neither.reading).toEqual({ node: NOT_ASKED, devices: NOT_ASKED, pings: new Map() });
  });

  it('does not wait for a control API that takes its time', async () => {
    const { clock, local } = fakeDaemon(well);
    const control: ControlApi = { devices: () => new Promise(() => undefined) };
    const { reading, took } = await measured({ clock, local }, [TARGET], control);

    expect([reading.devices, took]).toEqual([
      { kind: 'failed', trouble: 'silent', says: "Tailscale's control API: no answer within 2400 ms" },
      2_400,
    ]);
  });
});
