/** Redis with what changes keep there, for one test file. */
import type { Cluster, Redis } from 'ioredis';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis } from './redis.ts';

/** A server and two connections to it, as of two processes. */
export async function twoClients(): Promise<{ readonly clients: readonly [Redis | Cluster, Redis | Cluster]; stop(): Promise<void> }> {
  const server = await testRedis();
  const connections = connectRedis(targetOf(server), logLines().log);
  const clients = [connections.open('prompt'), connections.open('prompt')] as const;
  await Promise.all(clients.map((one) => whenReady(one, AbortSignal.timeout(5_000))));
  return {
    clients,
    async stop() {
      connections.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
