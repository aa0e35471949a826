import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'lab', 'main.ts');
let dir: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'meshwarden-ending-'));
});

afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  said(): string;
  /** Resolves when it said this, or rejects when it ended before. */
  says(text: string): Promise<void>;
}

function demo(...args: readonly string[]): Running {
  const { REDIS_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, '--dir', dir, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    child,
    said: () => said,
    says: async (text) => {
      while (!said.includes(text)) {
        if (child.exitCode !== null) throw new Error(`It ended before it said "${text}":\n${said}`);
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
      }
    },
  };
}

/** Command lines of processes that work with the folder, or that are the Redis server which it spoke of: that one writes its own title. */
async function left(said: string): Promise<string[]> {
  const port = /redis:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 'none';
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines
    .map((line) => line.replaceAll('\0', ' '))
    .filter((line) => line.includes(dir) || line.includes(`redis-server 127.0.0.1:${port}`));
}

describe('the end of the demo', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('leaves no process behind after %s', async (signal) => {
    const running = demo();
    await running.says('Ctrl-C');
    expect(await left(running.said())).toHaveLength(4);

    const gone = once(running.child, 'close');
    running.child.kill(signal);
    await gone;

    await expect.poll(async () => left(running.said()), { timeout: 10_000 }).toEqual([]);
  });

  it('ends when nobody reads what it says any more', async () => {
    const running = demo('--script');
    await running.says('Ready');
    const gone = once(running.child, 'exit');
    running.child.stdout?.destroy();
    await gone;

    await expect.poll(async () => left(running.said()), { timeout: 10_000 }).toEqual([]);
  });
});

describe('what is in the way of the demo', () => {
  it('is another demo in the same folder', async () => {
    const first = demo();
    await first.says('Ctrl-C');
    const second = demo();

    expect(await once(second.child, 'close')).toEqual([2, null]);
    expect(second.said()).toContain(`A demo already runs in ${dir} (process ${first.child.pid}). End it with Ctrl-C`);
  });

  it('is a folder with files that no demo wrote', async () => {
    await mkdir(join(dir, 'redis'));
    await writeFile(join(dir, 'thesis.txt'), 'years of work');
    const refused = demo();

    expect(await once(refused.child, 'close')).toEqual([2, null]);
    expect(refused.said()).toContain(`${dir} holds thesis.txt, which no demo wrote`);
    expect((await readdir(dir)).toSorted()).toEqual(['redis', 'thesis.txt']);
  });

  it('is a port that is none', async () => {
    const refused = demo('--port', 'http');

    expect(await once(refused.child, 'close')).toEqual([2, null]);
    expect(refused.said()).toContain('--port http is no port: 0 to 65535.');
  });
});
