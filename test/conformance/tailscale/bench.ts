/** Two nodes of the lab as those that were recorded, and a way to send them exactly the recorded requests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabNetwork, type LabNetwork } from '../../../lab/network.ts';
import { startLabTailnet, type LabTailnet } from '../../../lab/tailnet/start.ts';
import type { LabClock } from '../../../lab/clock.ts';
import { createStillClock } from '../../lab/still-clock.ts';
import type { Exchange } from '../../tailnet/recordings.ts';

const FAR = 180 * 86_400_000;
export const CLUSTERS = { 'gw-a': 'cluster-a', 'gw-b': 'cluster-b' } as const;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Bench {
  readonly network: LabNetwork;
  readonly clock: LabClock;
  readonly tailnet: LabTailnet;
  /** The answer; the code of an error; or `silent` where none has come when the daemon has answered two later requests. */
  readonly send: (exchange: Exchange) => Promise<Answer | string>;
}

/** gw-a belongs to somebody and its key ends, gw-b is tagged. */
export async function withBench<T>(use: (bench: Bench) => Promise<T>): Promise<T> {
  const clock = createStillClock();
  const dir = await mkdtemp(join(tmpdir(), 'mw-ts-'));
  const network = createLabNetwork([
    { cluster: 'cluster-a', address: '100.64.0.1' },
    { cluster: 'cluster-b', address: '100.64.0.2' },
  ]);
  network.setNode('cluster-a', { keyExpiry: clock.now() + FAR });
  const tailnet = await startLabTailnet({ network, clock, dir });
  try {
    return await use({ network, clock, tailnet, send: (exchange) => send(tailnet, exchange) });
  } finally {
    await tailnet.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function send(tailnet: LabTailnet, { node, request: asked }: Exchange): Promise<Answer | string> {
  const socketPath = tailnet.socketOf(CLUSTERS[node === 'gw-b' ? 'gw-b' : 'gw-a']);
  const { method, path, headers, body } = asked;
  const enough = new AbortController();
  const answer = call({ socketPath, method, path, headers, body, signal: enough.signal });
  const later = (async () => {
    const status = { socketPath, method: 'GET', path: '/localapi/v0/status', headers: { host: 'local-tailscaled.sock' }, body: undefined };
    for (let times = 0; times < 2; times += 1) await call({ ...status, signal: enough.signal });
    return 'silent';
  })();
  const first = await Promise.race([answer, later]);
  enough.abort();
  await Promise.allSettled([answer, later]);
  return first;
}

interface Call {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

function call({ body, headers, ...rest }: Call): Promise<Answer | string> {
  return new Promise((resolve) => {
    const sent = request({ ...rest, headers: { ...headers }, setHost: false, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', (error) => resolve('code' in error && typeof error.code === 'string' ? error.code : error.message));
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}
