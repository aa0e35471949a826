/** What was done to the nodes before a recorded exchange, done to those of the lab. */
import type { Bench } from './bench.ts';

type Act = (bench: Bench) => void | Promise<void>;

const MINUTE = 60_000;

/** A ping that the recorder sent while it polled: from then on a path is known. */
const pinged: Act = async (bench) => {
  await bench.send({
    title: '',
    node: 'gw-a',
    request: { method: 'POST', path: '/localapi/v0/ping?ip=100.64.0.2&type=disco', headers: { host: 'local-tailscaled.sock' } },
    response: {},
  });
};
const wait =
  (ms: number): Act =>
  ({ clock }) =>
    clock.advance(ms);
const all =
  (...acts: readonly Act[]): Act =>
  async (bench) => {
    for (const act of acts) await act(bench);
  };
const node =
  (cluster: string, change: Parameters<Bench['network']['setNode']>[1]): Act =>
  async ({ network, tailnet }) => {
    network.setNode(cluster, change);
    await tailnet.settled();
  };
const both = (change: Parameters<Bench['network']['setNode']>[1]): Act => all(node('cluster-a', change), node('cluster-b', change));
const keyEnds =
  (cluster: string, inMs: number): Act =>
  ({ network, clock }) =>
    network.setNode(cluster, { keyExpiry: clock.now() + inMs });
const close =
  (...directions: readonly string[]): Act =>
  ({ tailnet }) =>
    tailnet.turn({ closed: new Set(directions) });
const forget: Act = ({ tailnet }) => tailnet.turn({ deleted: new Set(['cluster-b']) });
const relay =
  (state: 'up' | 'gone'): Act =>
  ({ tailnet }) =>
    tailnet.turn({ relay: state });

/** By file, by the place of the exchange before which it happened. */
export const SCENES: Readonly<Record<string, Readonly<Record<number, Act>>>> = {
  'control-frozen': {
    0: pinged,
    1: all(both({ control: 'hanging' }), wait(10 * MINUTE)),
    2: all(both({ control: 'up' }), wait(MINUTE), pinged),
  },
  'control-stopped': {
    0: pinged,
    1: all(both({ control: 'gone' }), wait(9 * MINUTE)),
    2: all(both({ control: 'up' }), wait(MINUTE), pinged),
    3: all(both({ control: 'gone' }), node('cluster-a', { gone: true }), node('cluster-a', { gone: false }), wait(MINUTE)),
  },
  'derp-lost-direct': { 0: pinged, 5: all(relay('gone'), wait(2 * MINUTE)), 10: relay('up') },
  'derp-relayed': {
    0: all(({ network }) => network.setWay('cluster-a', 'cluster-b', { relayed: true }), pinged),
    5: all(relay('gone'), wait(2 * MINUTE)),
    10: relay('up'),
  },
  'key-expiry': {
    1: keyEnds('cluster-a', 87_000),
    3: wait(2 * MINUTE),
    5: keyEnds('cluster-a', 180 * 24 * 60 * MINUTE),
    6: all(pinged, keyEnds('cluster-b', -1000)),
  },
  'peer-down': {
    0: pinged,
    1: node('cluster-b', { gone: true }),
    5: wait(2 * MINUTE),
    6: all(node('cluster-b', { gone: false, backend: 'Stopped' }), wait(MINUTE)),
    7: all(node('cluster-b', { backend: 'Running' }), forget),
  },
  'peer-frozen': { 0: all(pinged, node('cluster-b', { frozen: true }), pinged, wait(9 * MINUTE)) },
  policy: {
    0: pinged,
    2: ({ network }) => network.setWay('cluster-a', 'cluster-b', { blockedPorts: [8077, 9999] }),
    4: close('cluster-a>cluster-b'),
    6: close('cluster-a>cluster-b', 'cluster-b>cluster-a'),
    8: all(close(), pinged),
  },
  reads: { 0: pinged },
  states: {
    0: node('cluster-a', { gone: true }),
    1: node('cluster-a', { gone: false, backend: 'NeedsLogin' }),
    7: node('cluster-a', { backend: 'Running' }),
    8: wait(8_000),
    10: node('cluster-a', { backend: 'Stopped' }),
    15: node('cluster-a', { backend: 'NeedsLogin' }),
    16: wait(8_000),
  },
};
