/** A real Redis server for one test file, and connections to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis, type LabRedis } from '../../lab/redis.ts';
import { Secret } from '../../src/core/secret.ts';
import type { RedisTarget } from '../../src/store/connection.ts';

export interface TestRedis extends LabRedis, AsyncDisposable {}

/** Starts one with its data in a folder that is gone afterwards. */
export async function testRedis(...args: readonly string[]): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'meshwarden-redis-'));
  const redis = await startRedis({ dir, args, environment: process.env });
  const dispose = async (): Promise<void> => {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return Object.assign(redis, { [Symbol.asyncDispose]: dispose });
}

/** Where a lab's Redis is, as the configuration would say it. */
export function targetOf({ port }: { readonly port: number }, password?: string): RedisTarget {
  return {
    address: { kind: 'single', node: { host: '127.0.0.1', port }, database: 0, tls: false },
    username: undefined,
    password: password === undefined ? undefined : new Secret(password),
  };
}
