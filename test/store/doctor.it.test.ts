import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { remember, secretsIn } from '../../lab/pki/keys.ts';
import { freePort, startRedis, type LabRedis } from '../../lab/redis.ts';
import type { Clock } from '../../src/core/clock.ts';
import { Secret } from '../../src/core/secret.ts';
import type { RedisSetup } from '../../src/mesh/setup.ts';
import { tryRedis } from '../../src/store/doctor.ts';

const PASSWORD = remember('correct-horse-battery');
const WRONG = remember('wrong-horse-battery');

/** Deadlines pass a hundred times as fast. */
function hurried(clock: Clock): Clock {
  return { now: () => clock.now(), after: (ms, run) => clock.after(ms / 100, run), sleep: (ms, signal) => clock.sleep(ms, signal) };
}

describe('src/store/doctor.ts', () => {
  let folder: string;
  let redis: LabRedis | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-redis-'));
  });
  afterEach(async () => {
    redis?.thaw();
    await redis?.stop();
    redis = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function start(...args: readonly string[]): Promise<LabRedis> {
    redis = await startRedis({ dir: await mkdtemp(join(folder, 'data-')), args, environment: process.env });
    return redis;
  }

  async function attempt(port: number, password?: string, clock: Clock = createLabClock()): Promise<RedisSetup> {
    const setup = await tryRedis({
      target: {
        address: { kind: 'single', node: { host: '127.0.0.1', port }, database: 0, tls: false },
        username: undefined,
        password: password === undefined ? undefined : new Secret(password),
      },
      clock,
      signal: new AbortController().signal,
    });
    expect(secretsIn(JSON.stringify(setup))).toEqual([]);
    return setup;
  }

  it('sees all of one that is well', async () => {
    const { port } = await start();
    expect(await attempt(port)).toEqual({
      ok: true,
      value: [
        {
          where: `127.0.0.1:${port}`,
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          role: 'master',
          evictionPolicy: 'noeviction',
          memoryLimit: 0,
          memoryUsed: expect.any(Number),
          appendOnly: true,
          saves: '',
          latencyMs: expect.any(Number),
          clockAheadMs: expect.any(Number),
        },
      ],
    });
  });

  it('sees one that evicts, keeps nothing on disk and has a limit', async () => {
    const { port } = await start('--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no', '--maxmemory', '64mb');
    const setup = await attempt(port);
    expect(
      setup.ok && setup.value.map(({ evictionPolicy, appendOnly, saves, memoryLimit }) => [evictionPolicy, appendOnly, saves, memoryLimit]),
    ).toEqual([['allkeys-lru', false, '', 67_108_864]]);
  });

  it('sees a password that is missing, wrong, right', async () => {
    const { port } = await start('--requirepass', PASSWORD);
    expect(await attempt(port)).toEqual({
      ok: false,
      failure: {
        reason: 'unauthorized',
        message: `Redis cannot be used (127.0.0.1:${port}): it asks for a password`,
        next: 'Set MESHWARDEN_REDIS_PASSWORD, or name a file in redis.passwordFile.',
      },
    });
    expect(await attempt(port, WRONG)).toEqual({
      ok: false,
      failure: {
        reason: 'unauthorized',
        message: `Redis cannot be used (127.0.0.1:${port}): it does not accept the password`,
        next: 'Correct MESHWARDEN_REDIS_PASSWORD, or the file in redis.passwordFile, and redis.username.',
      },
    });
    expect((await attempt(port, PASSWORD)).ok).toBe(true);
  });

  it('says that nothing listens', async () => {
    const port = await freePort();
    expect(await attempt(port)).toEqual({
      ok: false,
      failure: {
        reason: 'unreachable',
        message: `Redis cannot be used (127.0.0.1:${port}): connection refused`,
        next: 'Nothing listens there: start Redis, or correct redis.url (REDIS_URL replaces it).',
      },
    });
  });

  it('says that it does not answer', async () => {
    const server = await start();
    server.freeze();
    expect(await attempt(server.port, undefined, hurried(createLabClock()))).toEqual({
      ok: false,
      failure: {
        reason: 'unreachable',
        message: `Redis cannot be used (127.0.0.1:${server.port}): no answer within 6000 ms`,
        next: 'Look at the log of Redis, and try the same address with redis-cli.',
      },
    });
  });
});
