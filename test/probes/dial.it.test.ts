import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabNetwork, type LabNetwork } from '../../lab/network.ts';
import { connectReply, greetingReply, parseGreeting, parseRequest, readAs } from '../../lab/tailnet/socks-wire.ts';
import { type LabTailnet, startLabTailnet } from '../../lab/tailnet/start.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { ConnectFailureKind } from '../../src/mesh/probing/gateway-observation.ts';
import { createDialer, type Dialed, type Dialer } from '../../src/probes/dial.ts';
import { HandClock } from './hand-clock.ts';
import { HOST, Listeners } from './listeners.ts';

const FOREVER = new AbortController().signal;
let listeners: Listeners;
let clock: HandClock;

beforeEach(() => {
  listeners = new Listeners();
  clock = new HandClock();
});

afterEach(() => listeners.stop());

function dialer(proxyPort?: number): Dialer {
  return createDialer({ proxy: proxyPort === undefined ? undefined : { host: HOST, port: proxyPort }, connectWithinMs: 2_000, clock });
}

function kindOf(dialed: Dialed): ConnectFailureKind | 'open' {
  if (!dialed.ok) return dialed.failure.kind;
  dialed.socket.destroy();
  return 'open';
}

describe('a dialer, directly', () => {
  it('gives an open connection, and how long it took', async () => {
    const port = await listeners.tcp((socket) => socket.end('hello'));
    const dialed = await dialer().dial(HOST, port, FOREVER);
    const text = dialed.ok ? (await dialed.socket.toArray()).join('') : '';
    expect({ ok: dialed.ok, text, tookMs: dialed.ok ? dialed.tookMs : -1, timers: clock.timers }).toEqual({
      ok: true,
      text: 'hello',
      tookMs: 0,
      timers: 0,
    });
    await listeners.empty();
  });

  it('says refused where nobody listens', async () => {
    const port = await listeners.closedPort();
    expect(await dialer().dial(HOST, port, FOREVER)).toEqual({
      ok: false,
      failure: { kind: 'refused', tookMs: 0, withinMs: 2_000, detail: `connect ECONNREFUSED 127.0.0.1:${port}` },
    });
    expect(clock.timers).toBe(0);
  });

  it('says timeout at its own deadline, and lets go', async () => {
    const port = await listeners.tcp((socket) => socket.resume());
    const dialing = dialer().dial(HOST, port, FOREVER);
    // Before the event loop turns, no answer can have come.
    clock.advance(2_000);
    expect(await dialing).toEqual({
      ok: false,
      failure: { kind: 'timeout', tookMs: 2_000, withinMs: 2_000, detail: 'no answer within 2000 ms' },
    });
    await listeners.empty();
  });

  it('says cancelled at once, before and while it dials', async () => {
    const port = await listeners.tcp((socket) => socket.resume());
    const caller = new AbortController();
    const dialing = dialer().dial(HOST, port, caller.signal);
    caller.abort();
    expect([kindOf(await dialing), kindOf(await dialer().dial(HOST, port, caller.signal)), clock.timers]).toEqual([
      'cancelled',
      'cancelled',
      0,
    ]);
    await listeners.empty();
  });
});

describe('a dialer, through the proxy of a node of the tailnet', () => {
  const FAR = '100.64.0.2';
  let network: LabNetwork;
  let tailnet: LabTailnet;
  let dir: string;

  beforeEach(async () => {
    network = createLabNetwork([
      { cluster: 'cluster-a', address: '100.64.0.1' },
      { cluster: 'cluster-b', address: FAR },
    ]);
    dir = await mkdtemp(join(tmpdir(), 'mw-dial-'));
    tailnet = await startLabTailnet({ network, clock: systemClock, dir });
  });

  afterEach(async () => {
    await tailnet.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function fromA(): Dialer {
    return dialer(tailnet.proxyOf('cluster-a').port);
  }

  it('reaches what stands behind an address', async () => {
    const port = await listeners.tcp((socket) => socket.end('far away'));
    network.addRoute(FAR, 15_443, { cluster: 'cluster-b', host: HOST, port });
    const dialed = await fromA().dial(FAR, 15_443, FOREVER);
    expect(dialed.ok ? (await dialed.socket.toArray()).join('') : dialed).toBe('far away');
  });

  it('says that the proxy refused where the other host did: the proxy has one word for it', async () => {
    network.addRoute(FAR, 15_443, { cluster: 'cluster-b', host: HOST, port: await listeners.closedPort() });
    expect(await fromA().dial(FAR, 15_443, FOREVER)).toEqual({
      ok: false,
      failure: { kind: 'proxy-refused', tookMs: 0, withinMs: 2_000, detail: 'Socks5 proxy rejected connection - Failure' },
    });
  });

  it('says timeout where the other host is silent', async () => {
    network.setWay('cluster-a', 'cluster-b', { cut: true });
    const dialing = fromA().dial(FAR, 15_443, FOREVER);
    await clock.waiting(2_000);
    clock.advance(2_000);
    expect(kindOf(await dialing)).toBe('timeout');
  });

  it('says that the proxy is away where its daemon has ended', async () => {
    const { port } = tailnet.proxyOf('cluster-a');
    network.setNode('cluster-a', { gone: true });
    await tailnet.settled();
    expect(await dialer(port).dial(FAR, 15_443, FOREVER)).toEqual({
      ok: false,
      failure: {
        kind: 'proxy-away',
        tookMs: 0,
        withinMs: 2_000,
        detail: `proxy 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
      },
    });
  });
});

describe('a dialer, through a proxy that tells why', () => {
  it.each<[number, ConnectFailureKind]>([
    [1, 'proxy-refused'],
    [2, 'proxy-refused'],
    [3, 'unreachable'],
    [4, 'unreachable'],
    [5, 'refused'],
    [6, 'timeout'],
    [7, 'proxy-refused'],
  ])('reply %i is %s', async (reply, kind) => {
    const port = await listeners.tcp((socket) => {
      const talk = async (): Promise<void> => {
        await readAs(socket, parseGreeting, FOREVER);
        socket.write(greetingReply(0));
        await readAs(socket, parseRequest, FOREVER);
        socket.end(connectReply(reply));
      };
      void talk();
    });
    expect(kindOf(await dialer(port).dial('100.64.0.2', 443, FOREVER))).toBe(kind);
    await listeners.empty();
  });

  it('a proxy that speaks something else refused', async () => {
    const port = await listeners.tcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(kindOf(await dialer(port).dial('100.64.0.2', 443, FOREVER))).toBe('proxy-refused');
  });
});
