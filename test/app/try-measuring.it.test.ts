import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabNetwork, type LabNetwork } from '../../lab/network.ts';
import { startLabTailnet, type LabTailnet } from '../../lab/tailnet/start.ts';
import { tryProbes, tryTailnet } from '../../src/app/try-measuring.ts';
import type { Config } from '../../src/config/config.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { CONFIG } from '../cli/doctor/setups.ts';
import { HOST, Listeners } from '../probes/listeners.ts';

const A = '100.64.0.1';
const B = '100.64.0.2';
const PORT = 15_443;

describe('src/app/try-measuring.ts', () => {
  const trying = { clock: systemClock, signal: new AbortController().signal };
  let listeners: Listeners;
  let network: LabNetwork;
  let tailnet: LabTailnet;
  let dir: string;

  beforeEach(async () => {
    listeners = new Listeners();
    dir = await mkdtemp(join(tmpdir(), 'mw-try-'));
    network = createLabNetwork([
      { cluster: 'a', address: A },
      { cluster: 'b', address: B },
    ]);
    tailnet = await startLabTailnet({ network, clock: systemClock, dir });
  });
  afterEach(async () => {
    await tailnet.stop();
    await listeners.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function config(secret = tailnet.control.clientSecret): Config {
    const { url: api, clientId } = tailnet.control;
    return {
      ...CONFIG,
      clusters: CONFIG.clusters.map((cluster) => ({ ...cluster, gateway: { address: cluster.name === 'a' ? A : B, port: PORT } })),
      tailscale: {
        socket: tailnet.socketOf('a'),
        proxy: tailnet.proxyOf('a'),
        control: { api, tailnet: '-', clientId, clientSecret: new Secret(secret) },
      },
      probes: { ...CONFIG.probes, vantage: 'a' },
    };
  }

  it('asks the daemon, its proxy and the control API', async () => {
    const { node, proxy, devices } = await tryTailnet(config(), trying);
    expect([node.kind === 'answered' && node.value.host, proxy?.answer, devices.kind === 'answered' && devices.value.length]).toEqual([
      'a',
      'taken',
      2,
    ]);
  });

  it('asks nobody who is not configured', async () => {
    expect(await tryTailnet(CONFIG, trying)).toEqual({ node: { kind: 'notAsked' }, proxy: undefined, devices: { kind: 'notAsked' } });
    expect(await tryProbes(CONFIG, trying)).toEqual({ gateways: [], publicPaths: [] });
  });

  it('says what is not there, and repeats no secret', async () => {
    network.setNode('a', { gone: true });
    await tailnet.settled();
    const setup = await tryTailnet(config('tskey-client-stolen'), trying);
    expect(setup).toEqual({
      node: { kind: 'failed', trouble: 'noSocket', says: 'tailscaled: there is no such socket' },
      proxy: {
        connect: {
          ok: false,
          failure: {
            kind: 'refused',
            tookMs: expect.any(Number),
            withinMs: 2_000,
            detail: `connect ECONNREFUSED ${HOST}:${tailnet.proxyOf('a').port}`,
          },
        },
        answer: undefined,
      },
      devices: {
        kind: 'failed',
        trouble: 'unauthorized',
        says: "Tailscale's control API: it does not accept the OAuth client (401)",
      },
    });
  });

  it('tells a client without the scope', async () => {
    tailnet.control.fault = 'noScope';
    expect((await tryTailnet(config(), trying)).devices).toEqual({
      kind: 'failed',
      trouble: 'forbidden',
      says: "Tailscale's control API: 403 when asked for the token",
    });
  });

  it('ends without a word of its own when nobody waits any more', async () => {
    const cancelled = { ...trying, signal: AbortSignal.abort() };
    const [{ node, proxy, devices }, probes] = await Promise.all([tryTailnet(config(), cancelled), tryProbes(config(), cancelled)]);
    expect([node, devices]).toEqual([
      { kind: 'failed', trouble: 'unavailable', says: 'tailscaled: the trial was cancelled' },
      { kind: 'failed', trouble: 'unavailable', says: "Tailscale's control API: the trial was cancelled" },
    ]);
    const connects = [proxy?.connect, ...probes.gateways.map(({ connect }) => connect)];
    expect(connects.map((connect) => connect?.ok === false && connect.failure.kind)).toEqual(['cancelled', 'cancelled']);
  });

  it('connects through the proxy to the gateways of others, and not to our own', async () => {
    network.addRoute(B, PORT, { cluster: 'b', host: HOST, port: await listeners.tcp((socket) => socket.resume()) });
    expect((await tryProbes(config(), trying)).gateways).toEqual([
      { cluster: 'b', where: `${B}:${PORT}`, connect: { ok: true, tookMs: expect.any(Number) } },
    ]);
    await listeners.empty();
  });

  it('says that a gateway refuses', async () => {
    network.addRoute(B, PORT, { cluster: 'b', host: HOST, port: await listeners.closedPort() });
    const [gateway] = (await tryProbes(config(), trying)).gateways;
    expect(gateway?.connect.ok === false && gateway.connect.failure.kind).toBe('proxy-refused');
  });

  it('asks for public paths, not through the proxy', async () => {
    const asked: (string | undefined)[] = [];
    const port = await listeners.listen(
      createServer((request, response) => {
        asked.push(request.headers.host, request.url);
        response.end('fine\n');
      }),
    );
    const url = 'http://shop.example/status?full=1';
    const publicPaths = [{ url, cluster: 'b', status: 200, address: { host: HOST, port } }];
    const probes = { ...CONFIG.probes, publicPaths };
    const setup = await tryProbes({ ...CONFIG, tailscale: config().tailscale, probes }, trying);
    expect(setup.publicPaths).toEqual([
      {
        url,
        status: 200,
        seen: {
          connect: { ok: true, tookMs: expect.any(Number) },
          tls: undefined,
          answer: { ok: true, status: 200, tookMs: expect.any(Number), line: 'fine' },
        },
      },
    ]);
    expect(asked).toEqual(['shop.example', '/status?full=1']);
  });
});
