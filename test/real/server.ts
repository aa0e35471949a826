/** A real API server that was built from `go/`: starts it, waits until it is ready, stops it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { BINARY } from './build.ts';

const Ready = z.object({ url: z.url(), version: z.string(), ca: z.string(), kubeconfig: z.string(), kubelet: z.number() });

/** What a started server says of itself. */
export type Ready = z.infer<typeof Ready>;

/** A server that can be stopped and started again with its objects. */
export interface RealServer extends Ready {
  /** Where its objects and its log lie. */
  readonly folder: string;
  /** Ends the process; its objects stay. */
  halt(): Promise<void>;
  /** Starts it again on the same port. What was read before is too old to go on from. */
  resume(): Promise<void>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

/** Starts an empty cluster: the namespaces, roles and service accounts that every new one has. */
export async function startServer(): Promise<RealServer> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwarden-real-'));
  const first = await launch(folder, 0);
  let { child } = first;
  return {
    ...first.ready,
    folder,
    halt: () => end(child),
    async resume() {
      ({ child } = await launch(folder, Number(new URL(first.ready.url).port)));
    },
    async stop() {
      await end(child);
      await rm(folder, { recursive: true });
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly ready: Ready;
}

async function launch(folder: string, port: number): Promise<Launched> {
  // The pipe to its standard input tells it when we are gone.
  const child = spawn(BINARY, ['-data', folder, '-port', String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const log = join(folder, 'log');
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }));
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line') as Promise<[string]>, once(child, 'close').then(() => undefined)]);
  if (line !== undefined) return { child, ready: Ready.parse(JSON.parse(line[0])) };
  const said = await readFile(log, 'utf8');
  throw new Error(`The API server ended before it was ready:\n${said.split('\n').slice(-20).join('\n')}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
