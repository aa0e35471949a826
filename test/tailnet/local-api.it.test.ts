import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLabNetwork, type LabNetwork } from '../../lab/network.ts';
import { startLabTailnet, type LabTailnet } from '../../lab/tailnet/start.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { createLocalApi, type LocalApi } from '../../src/tailnet/local-api.ts';
import { createHandClock, type HandClock } from '../core/hand-clock.ts';
import { turnsUntil } from './turns.ts';

const START = Date.UTC(2026, 10, 20, 12);
const WITHIN = 700;

describe('LocalAPI', () => {
  let dir: string;
  let clock: HandClock;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mw-ts-'));
    clock = createHandClock(START);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  describe('of a node of the lab', () => {
    let network: LabNetwork;
    let tailnet: LabTailnet;
    let api: LocalApi;

    beforeEach(async () => {
      network = createLabNetwork([
        { cluster: 'cluster-a', address: '100.64.0.1' },
        { cluster: 'cluster-b', address: '100.64.0.2' },
      ]);
      network.setNode('cluster-b', { keyExpiry: START + 1000 });
      tailnet = await startLabTailnet({ network, clock, dir });
      api = createLocalApi({ socket: tailnet.socketOf('cluster-a'), clock });
    });
    afterEach(() => tailnet.stop());

    it('tells of the node and its peers', async () => {
      expect(await api.status({ within: WITHIN })).toEqual({
        kind: 'answered',
        value: {
          backend: 'Running',
          host: 'gw-a',
          addresses: ['100.64.0.1', 'fd7a:115c:a1e0::1'],
          online: true,
          expired: false,
          keyExpiry: undefined,
          health: [
            'This is an unstable version of Tailscale meant for testing and development purposes. Please report any issues to Tailscale.',
          ],
          peers: [
            {
              host: 'gw-b',
              addresses: ['100.64.0.2', 'fd7a:115c:a1e0::2'],
              routes: ['100.64.0.2/32', 'fd7a:115c:a1e0::2/128'],
              online: true,
              expired: false,
              keyExpiry: START + 1000,
              direct: undefined,
              relay: 'headscale',
            },
          ],
        },
      });
    });

    it('pings through every layer, and tells the path of disco alone', async () => {
      const results = await Promise.all(
        (['disco', 'TSMP', 'ICMP', 'peerapi'] as const).map((type) => api.ping('100.64.0.2', type, { within: WITHIN })),
      );

      expect(results).toEqual([
        { kind: 'pong', latencyMs: 1, path: 'direct', relay: undefined },
        { kind: 'pong', latencyMs: 1, path: undefined, relay: undefined },
        { kind: 'pong', latencyMs: 1, path: undefined, relay: undefined },
        { kind: 'pong', latencyMs: 1, path: undefined, relay: undefined },
      ]);
    });

    it('tells a relayed path', async () => {
      network.setWay('cluster-a', 'cluster-b', { relayed: true });

      expect(await api.ping('100.64.0.2', 'disco', { within: WITHIN })).toEqual({
        kind: 'pong',
        latencyMs: 1,
        path: 'relayed',
        relay: 'relay',
      });
    });

    it('repeats what the daemon knows of why a ping cannot work', async () => {
      expect(await api.ping('100.64.0.9', 'TSMP', { within: WITHIN })).toEqual({ kind: 'error', says: 'no matching peer' });
    });

    it('takes a ping without a reply as silent at its own deadline', async () => {
      network.setWay('cluster-a', 'cluster-b', { cut: true });
      const ping = api.ping('100.64.0.2', 'disco', { within: WITHIN, size: 1312 });
      // The daemon answers later requests, so it has had that one.
      await api.status({ within: WITHIN });
      clock.advance(WITHIN);

      expect(await ping).toEqual({ kind: 'silent' });
    });

    it('takes a frozen daemon as silent, and asks again when it goes on', async () => {
      network.setNode('cluster-a', { frozen: true });
      const asked = api.status({ within: WITHIN });
      await turnsUntil(() => clock.waiting() > 0, 'the deadline runs');
      clock.advance(WITHIN);

      expect(await asked).toEqual({ kind: 'failed', trouble: 'silent', says: 'tailscaled: no answer within 700 ms' });
      network.setNode('cluster-a', { frozen: false });
      expect((await api.status({ within: WITHIN })).kind).toEqual('answered');
    });

    it('says that there is no daemon', async () => {
      network.setNode('cluster-a', { gone: true });
      await tailnet.settled();
      const says = 'tailscaled: there is no such socket';

      expect(await api.status({ within: WITHIN })).toEqual({ kind: 'failed', trouble: 'noSocket', says });
      expect(await api.ping('100.64.0.2', 'disco', { within: WITHIN })).toEqual({ kind: 'failed', trouble: 'noSocket', says });
    });

    it('ends when the caller no longer wants it', async () => {
      network.setNode('cluster-a', { frozen: true });
      const caller = new AbortController();
      const asked = api.status({ within: WITHIN, signal: caller.signal });
      caller.abort();

      await expect(asked).rejects.toThrow(OperatorError);
      await expect(api.ping('100.64.0.2', 'disco', { within: WITHIN, signal: caller.signal })).rejects.toMatchObject({
        reason: 'cancelled',
      });
    });
  });

  describe('of something else', () => {
    const asked: IncomingMessage[] = [];

    async function behind(answer: RequestListener, use: (api: LocalApi) => Promise<void>): Promise<void> {
      const socket = join(dir, 'odd.sock');
      const server = createServer((request, response) => {
        asked.push(request);
        answer(request, response);
      });
      server.listen(socket);
      await once(server, 'listening');
      try {
        await use(createLocalApi({ socket, clock }));
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }

    it('sends the only host that is let in, and marks of no browser', async () => {
      asked.length = 0;
      await behind(
        (_, response) => response.end('{"BackendState":"Running"}'),
        async (api) => void (await api.status({ within: WITHIN })),
      );

      expect(asked.map(({ method, url, headers }) => ({ method, url, headers }))).toEqual([
        { method: 'GET', url: '/localapi/v0/status', headers: { host: 'local-tailscaled.sock', connection: 'close' } },
      ]);
    });

    it.each<readonly [name: string, status: number, body: string, trouble: string, says: string]>([
      ['403', 403, 'invalid localapi request\n', 'forbidden', 'tailscaled: 403 invalid localapi request'],
      ['400', 400, 'want POST\n', 'protocol', 'tailscaled: 400 want POST'],
      ['404', 404, '404 page not found\n', 'protocol', 'tailscaled: 404 404 page not found'],
      ['no JSON', 200, '<html>', 'protocol', 'tailscaled: an answer that is no JSON'],
      ['other JSON', 200, '{"Self":{"Online":1}}', 'protocol', 'tailscaled: an answer that makes no sense (BackendState, Self.Online)'],
    ])('classes %s', async (_, status, body, trouble, says) => {
      await behind(
        (_request, response) => {
          response.statusCode = status;
          response.end(body);
        },
        async (api) => expect(await api.status({ within: WITHIN })).toEqual({ kind: 'failed', trouble, says }),
      );
    });

    it('classes a connection that is cut in the middle', async () => {
      await behind(
        (request, response) => {
          response.write('{"Backend');
          request.socket.destroySoon();
        },
        async (api) => expect(await api.status({ within: WITHIN })).toMatchObject({ kind: 'failed', trouble: 'unavailable' }),
      );
    });

    it('classes a socket that nobody listens at, and a file that is none', async () => {
      const file = join(dir, 'file.sock');
      await writeFile(file, '');

      expect(await createLocalApi({ socket: file, clock }).status({ within: WITHIN })).toMatchObject({
        kind: 'failed',
        trouble: 'refused',
      });
      expect(await createLocalApi({ socket: join(file, 'x'), clock }).status({ within: WITHIN })).toMatchObject({
        kind: 'failed',
        trouble: 'noSocket',
      });
    });
  });
});
