/** A real Redis server of the lab's own: started, stopped, frozen and killed at will. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { listenOnOwn } from './own-port.ts';
import { delimiter, join } from 'node:path';

export interface LabRedis {
  readonly url: string;
  readonly port: number;
  /** True while the server runs. */
  readonly running: boolean;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it; what it had acknowledged is kept on disk. */
  stop(): Promise<void>;
  /** As a power cut would: no warning, no flush. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface RedisOptions {
  /** Where it keeps its data. Created when missing. */
  readonly dir: string;
  /** Extra arguments such as `['--maxmemory-policy', 'allkeys-lru']`. */
  readonly args?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Told the process that runs now, whenever that changes. The server then has a session of its own, and no Ctrl-C of the terminal reaches it. */
  readonly onProcess?: (pid: number | undefined) => void;
}

/** The server binary: `MESHWARDEN_REDIS_SERVER`, else what `./run` unpacked, else the first on PATH. */
export function findRedisServer(environment: NodeJS.ProcessEnv): string | undefined {
  const path = (environment['PATH'] ?? '').split(delimiter);
  const places = [
    environment['MESHWARDEN_REDIS_SERVER'],
    join(import.meta.dirname, '..', '.cache', 'redis', 'redis-server'),
    ...path.flatMap((folder) => [join(folder, 'redis-server'), join(folder, 'valkey-server')]),
  ];
  return places.find((place) => place !== undefined && isExecutable(place));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next place is tried
  }
}

/** Starts a server on a free loopback port, with append-only persistence and no eviction, and waits until it answers. */
export async function startRedis(options: RedisOptions): Promise<LabRedis> {
  const binary = findRedisServer(options.environment);
  if (binary === undefined) throw new Error('No redis-server found: run the lab through ./run, which unpacks one, or install redis-server');
  mkdirSync(options.dir, { recursive: true });
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child !== undefined) return;
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', options.dir, '--appendonly', 'yes', '--appendfsync', 'everysec'];
    const policy = ['--save', '', '--maxmemory-policy', 'noeviction', ...(options.args ?? [])];
    const started = spawn(binary as string, [...args, ...policy], {
      // Not our own streams: a server that is left behind would keep whoever reads them waiting for their end.
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.onProcess !== undefined,
    });
    child = started;
    options.onProcess?.(started.pid);
    await ready(started);
    started.stdout?.resume();
    started.stderr?.on('data', (text: Buffer) => process.stderr.write(text));
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGCONT');
    ending.kill(signal);
    await gone;
    options.onProcess?.(undefined);
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get running() {
      return child !== undefined;
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Ready to accept connections')) return;
  }
  throw new Error(`redis-server ended before it was ready: ${said.trim().split('\n').at(-1) ?? 'no output'}`);
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnOwn(server, 0, '127.0.0.1');
  server.close();
  await once(server, 'close');
  return port;
}
