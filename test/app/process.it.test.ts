import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { testRedis, type TestRedis } from '../store/redis.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
let dir: string;
let mesh: LabMesh;
let redis: TestRedis;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'meshwarden-app-'));
  mesh = await buildMesh({ clock: createLabClock() });
  redis = await testRedis();
  await mesh.writeKubeconfigs(dir);
  writeFileSync(join(dir, 'meshwarden.yaml'), mesh.configYaml({ kubeconfigDir: dir, redisUrl: redis.url }));
});

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await mesh.stop();
  rmSync(dir, { recursive: true });
});

interface Product {
  readonly child: ChildProcessWithoutNullStreams;
  readonly messages: string[];
  /** Resolves when this text was logged; rejects when the process ends first. */
  says(text: string): Promise<void>;
  ended(): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function product(...argv: readonly string[]): Product {
  const child = spawn(process.execPath, [MAIN, ...argv], { env: { HOME: dir, PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' } });
  const messages: string[] = [];
  let out = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  createInterface(child.stderr).on('line', (line) => messages.push(line));
  const closed = once(child, 'close');
  return {
    child,
    messages,
    async says(text) {
      const said = (): boolean => messages.some((line) => line.includes(text));
      while (!said()) {
        const which = await Promise.race([once(child.stderr, 'data').then(() => 'data'), closed.then(() => 'closed')]);
        if (which === 'closed' && !said()) throw new Error(`It ended without saying "${text}":\n${messages.join('\n')}`);
      }
    },
    async ended() {
      await closed;
      return { code: child.exitCode, out, err: messages.join('\n') };
    },
  };
}

const start = (...more: readonly string[]): Product => product('start', '--config', join(dir, 'meshwarden.yaml'), ...more);

describe('meshwarden start', () => {
  it.each(['all', 'worker', 'scheduler'])('as %s is ready, and ends by itself when it is asked to', async (role) => {
    const running = start('--role', role);
    await running.says('"msg":"ready"');

    running.child.kill('SIGTERM');
    const { code, out, err } = await running.ended();

    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('"msg":"ended"');
  });

  it('as the worker of a vantage says that it measures there, and ends by itself when it is asked to', async () => {
    const running = start('--role', 'worker', '--vantage', 'cluster-b');
    await running.says('"vantage":"cluster-b"');
    const client = new Redis(redis.url);
    await expect.poll(() => client.zrange('{meshwarden}:vantages', '0', '-1'), { timeout: 10_000 }).toEqual(['cluster-b']);
    client.disconnect();

    running.child.kill('SIGTERM');
    const { code, out, err } = await running.ended();

    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('"msg":"ended"');
  });

  it('measures from no cluster that is not configured', async () => {
    const { code, err } = await start('--role', 'worker', '--vantage', 'cluster-z').ended();

    expect([code, err]).toEqual([
      2,
      'Cannot measure from cluster-z: no cluster of this name is configured\nNext: Choose from: cluster-a, cluster-b.',
    ]);
  });

  it('as bot says what the configuration lacks', async () => {
    const { code, out, err } = await start('--role', 'bot').ended();

    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: 'The service needs Discord (configuration, section discord): it is not configured\nNext: Add the section discord to the configuration.',
    });
  });

  it('starts without Redis, begins when it comes, and ends without it', async () => {
    await redis.stop();
    const running = start();
    await running.says('Redis is away');
    await redis.start();
    await running.says('Redis is back');
    await redis.stop();

    running.child.kill('SIGTERM');
    const { code } = await running.ended();
    await redis.start();

    expect(code).toBe(0);
  });

  it('ends at once when it is asked twice', async () => {
    const running = start();
    await running.says('"msg":"ready"');
    redis.freeze();
    running.child.kill('SIGTERM');
    await running.says('ending: running jobs may finish');

    running.child.kill('SIGTERM');
    const { code } = await running.ended();
    redis.thaw();

    expect(code).toBe(130);
  });
});

describe('meshwarden status', () => {
  it('writes its answer to stdout alone, and ends by itself', async () => {
    const { code, out, err } = await product('status', '--json', '--config', join(dir, 'meshwarden.yaml')).ended();

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ schema: 1, report: { verdict: 'healthy', problems: [], unseen: [], errored: [] } });
    expect(out).not.toContain('\u001B[');
  });

  it('does not mind a reader that has seen enough', async () => {
    const running = product('status', '--json', '--config', join(dir, 'meshwarden.yaml'));
    running.child.stdout.destroy();

    const { code, err } = await running.ended();

    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});
