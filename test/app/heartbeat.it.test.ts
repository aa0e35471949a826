import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHeartbeat } from '../../src/app/heartbeat.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHandClock } from '../core/hand-clock.ts';

let server: Server;
let url: Secret;
let status: number | undefined;
const asked: string[] = [];
const forever = new AbortController().signal;

beforeEach(async () => {
  asked.length = 0;
  status = 200;
  server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (status !== undefined) response.writeHead(status).end('OK');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new Secret(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/a-secret-path`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** What it failed with, as a log would show it. */
async function failure(work: Promise<void>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  expect(error).toMatchObject({ next: 'Look at who listens for it, and at the address in alerts.heartbeat of the configuration.' });
  return `${error.message} ${String(error.cause)}`;
}

describe('the heartbeat', () => {
  it('asks its address', async () => {
    await createHeartbeat(url, systemClock)(forever);
    expect(asked).toEqual(['GET /ping/a-secret-path']);
  });

  it('is not heard where the answer says so', async () => {
    status = 404;
    expect(await failure(createHeartbeat(url, systemClock)(forever))).toBe('Cannot tell the heartbeat: it answers 404 undefined');
  });

  it('never says its address where nobody is there', async () => {
    server.close();
    expect(await failure(createHeartbeat(url, systemClock)(forever))).toBe('Cannot tell the heartbeat: connection refused undefined');
    const broken = new Secret('http://127.0.0.1:99999999/ping/a-secret-path');
    expect(await failure(createHeartbeat(broken, systemClock)(forever))).toBe('Cannot tell the heartbeat: the connection failed undefined');
  });

  it('is given up after ten seconds without an answer', async () => {
    status = undefined;
    const clock = createHandClock();
    const waiting = createHeartbeat(url, clock)(forever).catch((error: unknown) => error);
    await once(server, 'request');
    clock.advance(10_000);

    expect(await waiting).toMatchObject({ reason: 'timeout', message: 'Cannot tell the heartbeat: no answer within 10000 ms' });
  });
});
