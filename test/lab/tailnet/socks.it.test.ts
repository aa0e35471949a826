import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SocksClient } from 'socks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabNetwork, type LabNetwork } from '../../../lab/network.ts';
import { startLabTailnet, type LabTailnet } from '../../../lab/tailnet/start.ts';
import { createHandClock, type HandClock } from '../../core/hand-clock.ts';
import { turnsOver, turnsUntil } from '../../tailnet/turns.ts';

const PORT = 15_443;
const REFUSED = 'Socks5 proxy rejected connection - Failure';

describe('the SOCKS5 proxies of the lab', () => {
  let dir: string;
  let clock: HandClock;
  let network: LabNetwork;
  let tailnet: LabTailnet;
  let echo: Server;
  let held: Socket[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mw-ts-'));
    clock = createHandClock(Date.UTC(2026, 10, 20, 12));
    network = createLabNetwork([
      { cluster: 'cluster-a', address: '100.64.0.1' },
      { cluster: 'cluster-b', address: '100.64.0.2' },
    ]);
    tailnet = await startLabTailnet({ network, clock, dir });
    held = [];
    echo = createServer((socket) => {
      held.push(socket);
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    for (const address of ['100.64.0.1', '100.64.0.2']) {
      network.addRoute(address, PORT, { cluster: 'cluster-b', host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
    }
  });
  afterEach(async () => {
    for (const socket of held) socket.destroy();
    await tailnet.stop();
    echo.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** A connection as the product makes it, or why there is none. */
  async function dial(host = '100.64.0.2', port = PORT, from = 'cluster-a'): Promise<Socket | string> {
    try {
      const { socket } = await SocksClient.createConnection({
        proxy: { ...tailnet.proxyOf(from), type: 5 },
        command: 'connect',
        destination: { host, port },
        timeout: 20_000,
      });
      held.push(socket);
      return socket;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function connected(host?: string): Promise<Socket> {
    const socket = await dial(host);
    if (typeof socket === 'string') throw new Error(socket);
    return socket;
  }

  async function said(socket: Socket): Promise<string> {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString();
  }

  /** Whether a connection that is being made has come about when everything that could happen has happened. */
  async function stillWaits(attempt: Promise<unknown>): Promise<boolean> {
    const ended = new AbortController();
    void attempt.then(() => ended.abort());
    await tellsOthers();
    return !ended.signal.aborted;
  }

  /** A round trip through the other proxy: what came before it has been dealt with. */
  async function tellsOthers(): Promise<void> {
    const other = await dial('100.64.0.1', PORT, 'cluster-b');
    expect(other).not.toBeTypeOf('string');
    await turnsOver();
  }

  it.each(['100.64.0.2', 'gw-b', 'gw-b.tail.example', 'fd7a:115c:a1e0::2'])('carries bytes both ways to %s', async (host) => {
    const socket = await connected(host);
    socket.write('hello');

    expect(await said(socket)).toEqual('hello');
  });

  it('answers with a general failure at once where nobody listens', async () => {
    expect(await dial('100.64.0.2', 1)).toEqual(REFUSED);
  });

  it('answers so after three seconds where no peer has the address', async () => {
    const attempt = dial('100.64.0.9');
    await turnsUntil(() => clock.waiting() > 0, 'it is looked for');
    clock.advance(2_999);
    expect(await stillWaits(attempt)).toEqual(true);
    clock.advance(1);

    expect(await attempt).toEqual(REFUSED);
  });

  it('answers so at once while its own node has no map', async () => {
    network.setNode('cluster-a', { backend: 'NoState' });

    expect(await dial()).toEqual(REFUSED);
  });

  it('hands over what a client sends before it has its answer', async () => {
    const socket = await connected();
    socket.write('a');
    socket.write('b');
    const first = await said(socket);

    expect(first === 'ab' ? first : first + (await said(socket))).toEqual('ab');
  });

  it.each<readonly [name: string, breaks: () => void, mends: () => void]>([
    [
      'a cut way',
      () => network.setWay('cluster-a', 'cluster-b', { cut: true }),
      () => network.setWay('cluster-a', 'cluster-b', { cut: false }),
    ],
    ['a frozen peer', () => network.setNode('cluster-b', { frozen: true }), () => network.setNode('cluster-b', { frozen: false })],
    [
      'a stopped peer',
      () => network.setNode('cluster-b', { backend: 'Stopped' }),
      () => network.setNode('cluster-b', { backend: 'Running' }),
    ],
    [
      'an expired peer',
      () => network.setNode('cluster-b', { keyExpiry: clock.now() }),
      () => network.setNode('cluster-b', { keyExpiry: undefined }),
    ],
    [
      'its own node being expired',
      () => network.setNode('cluster-a', { keyExpiry: clock.now() }),
      () => network.setNode('cluster-a', { keyExpiry: undefined }),
    ],
    [
      'a lost relay',
      () => {
        network.setWay('cluster-a', 'cluster-b', { relayed: true });
        tailnet.turn({ relay: 'gone' });
      },
      () => tailnet.turn({ relay: 'up' }),
    ],
  ])('answers nothing through %s, holds what was said, and goes on afterwards', async (name, breaks, mends) => {
    const before = await connected();
    breaks();
    const attempt = dial();
    before.write('later');
    const answer = said(before);
    // The other direction needs both nodes, but not this way.
    const waits = /way|relay/.test(name) ? await stillWaits(Promise.race([attempt, answer])) : await turnsOver().then(() => true);
    mends();

    expect(waits).toEqual(true);
    expect(await answer).toEqual('later');
    expect(await attempt).not.toBeTypeOf('string');
  });

  it('cuts one direction alone', async () => {
    network.setWay('cluster-a', 'cluster-b', { cut: true });

    expect(await dial('100.64.0.1', PORT, 'cluster-b')).not.toBeTypeOf('string');
  });

  it('answers nothing at a blocked port, while others pass', async () => {
    network.addRoute('100.64.0.2', 15_021, { cluster: 'cluster-b', host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
    network.setWay('cluster-a', 'cluster-b', { blockedPorts: [PORT] });
    const attempt = dial();

    expect(await dial('100.64.0.2', 15_021)).not.toBeTypeOf('string');
    expect(await stillWaits(attempt)).toEqual(true);
    network.setWay('cluster-a', 'cluster-b', { blockedPorts: [] });
    await attempt;
  });

  it('answers nothing where the policy allows no port in that direction', async () => {
    tailnet.turn({ closed: new Set(['cluster-a>cluster-b']) });
    const attempt = dial();

    expect(await stillWaits(attempt)).toEqual(true);
    tailnet.turn({ closed: new Set() });
    expect(await attempt).not.toBeTypeOf('string');
  });

  it('loses connections by counting, not by chance', async () => {
    network.setWay('cluster-a', 'cluster-b', { lossPercent: 50 });
    const outcomes: string[] = [];
    for (let place = 0; place < 4; place += 1) {
      const attempt = dial();
      const waits = place % 2 === 1 ? await stillWaits(attempt) : typeof (await attempt) === 'string';
      outcomes.push(waits ? 'lost' : 'connected');
    }

    expect(outcomes).toEqual(['connected', 'lost', 'connected', 'lost']);
  });

  it('lets writes vanish that are too long, and everything after them', async () => {
    network.setWay('cluster-a', 'cluster-b', { largestWrite: 300 });
    const short = await connected();
    short.write('x'.repeat(300));
    expect((await said(short)).length).toEqual(300);
    const long = await connected();
    long.write('x'.repeat(301));
    const answer = said(long);

    expect(await stillWaits(answer)).toEqual(true);
    network.setWay('cluster-a', 'cluster-b', { largestWrite: undefined });
    expect((await answer).length).toEqual(301);
  });

  it('lets long answers pass where long writes vanish', async () => {
    network.setWay('cluster-a', 'cluster-b', { largestWrite: 300 });
    const socket = await connected();
    await turnsUntil(() => held.length === 2, 'the other end has it');
    held.find((one) => one !== socket)?.write('x'.repeat(400));

    expect((await said(socket)).length).toEqual(400);
  });

  it('goes silent for ever after so many bytes', async () => {
    tailnet.turn({ dropAfter: new Map([['cluster-a>cluster-b', 10]]) });
    const socket = await connected();
    socket.write('12345');
    expect(await said(socket)).toEqual('12345');
    socket.write('6');

    expect(await stillWaits(said(socket))).toEqual(true);
  });

  it('delays each direction', async () => {
    network.setWay('cluster-a', 'cluster-b', { delayMs: 100 });
    const attempt = dial();
    await turnsUntil(() => clock.waiting() > 0, 'it is on its way');
    clock.advance(199);
    expect(await stillWaits(attempt)).toEqual(true);
    clock.advance(1);
    const socket = await attempt;

    expect(socket).not.toBeTypeOf('string');
  });

  it('is away while its daemon is, and back at the same port', async () => {
    const before = tailnet.proxyOf('cluster-a');
    const socket = await connected();
    const closed = once(socket, 'close');
    network.setNode('cluster-a', { gone: true });
    await tailnet.settled();
    await closed;
    expect(await dial()).toMatch(/ECONNREFUSED/);
    network.setNode('cluster-a', { gone: false });
    await tailnet.settled();

    expect(tailnet.proxyOf('cluster-a')).toEqual(before);
    expect(await dial()).not.toBeTypeOf('string');
  });

  it('passes on that an end was closed', async () => {
    const socket = await connected();
    await turnsUntil(() => held.length === 2, 'the other end has it');
    const ended = once(socket, 'end');
    socket.resume();
    held.find((one) => one !== socket)?.end();

    await ended;
    expect(socket.readableEnded).toEqual(true);
  });
});
