/** The product as it ships, in a process that is measured from outside. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/core/clock.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The flags that it ships with. */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const GRACE_MS = 15_000;
const READY_WITHIN_MS = 30_000;
/** Memory counts as settled when it stayed within so many megabytes for so long. */
const SETTLED_MB = 0.5;
const SETTLING_MS = 1_500;
const SETTLED_WITHIN = 20;

export interface Environment {
  readonly environment: NodeJS.ProcessEnv;
  /** Where compiled code is kept. */
  readonly compileCache: string;
}

/** A service that is ready. */
export interface Running {
  /** From the start of the process to its log line `ready`, in milliseconds. */
  readonly readyMs: number;
  /** Resident memory in megabytes (10^6 bytes), once it no longer changes. */
  idleMb(): Promise<number>;
  /** Resident memory now. */
  memoryMb(): Promise<number>;
  /** Processor time so far, in milliseconds. */
  processorMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `meshwarden start` and resolves when it says that it is ready. */
export async function startService(config: string, where: Environment): Promise<Running> {
  const began = performance.now();
  const child = launch([...FLAGS, bundle, 'start', '--config', config], where);
  const last = await untilReady(child);
  const readyMs = performance.now() - began;
  if (last !== undefined) throw new Error(`The product ended, or was not ready within ${READY_WITHIN_MS / 1_000} s; it last said: ${last}`);
  return {
    readyMs,
    idleMb: () => settled(child),
    memoryMb: () => residentMb(child),
    processorMs: () => processorMs(child),
    stop: () => end(child),
  };
}

/** Runs one command of the product; resolves with how long it took, in milliseconds, its exit code and what it printed. */
export async function runProduct(args: readonly string[], where: Environment): Promise<{ ms: number; code: number; text: string }> {
  return timed([...FLAGS, bundle, ...args], where);
}

/** A Node process of the same flags that does nothing, in milliseconds. */
export async function runNothing(where: Environment): Promise<number> {
  return (await timed([...FLAGS, '--eval', '0'], where)).ms;
}

const bundle = join(ROOT, 'dist', 'meshwarden.mjs');

async function timed(args: readonly string[], where: Environment): Promise<{ ms: number; code: number; text: string }> {
  const began = performance.now();
  const child = launch(args, where);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  return { ms: performance.now() - began, code: code ?? -1, text: Buffer.concat(chunks).toString('utf8') };
}

function launch(args: readonly string[], { environment, compileCache }: Environment): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...environment, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Undefined once the log says `ready`, else the last line before the end. What follows is read and dropped. */
async function untilReady(child: ChildProcess): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = systemClock.after(READY_WITHIN_MS, () => child.kill('SIGKILL'));
  let last = 'nothing';
  for (const output of [child.stdout, child.stderr])
    if (output !== null)
      createInterface({ input: output }).on('line', (line) => {
        last = line;
        if (line.includes('"msg":"ready"')) resolve(undefined);
      });
  child.once('close', () => resolve(last));
  const said = await promise;
  timer.stop();
  return said;
}

async function settled(child: ChildProcess): Promise<number> {
  let before = await residentMb(child);
  for (let tries = 0; tries < SETTLED_WITHIN; tries += 1) {
    await systemClock.sleep(SETTLING_MS);
    const now = await residentMb(child);
    if (Math.abs(now - before) <= SETTLED_MB) return now;
    before = now;
  }
  return before;
}

/** The kernel counts in hundredths of a second (`USER_HZ`). */
const TICK_MS = 10;

async function processorMs({ pid }: ChildProcess): Promise<number> {
  // The name of the program stands in brackets and may hold blanks.
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function residentMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmRSS:\s+(?<value>\d+) kB$/m.exec(status)?.groups?.['value'];
  if (kibibytes === undefined) throw new Error('The machine does not tell how much memory a process has (/proc/<pid>/status, VmRSS)');
  return (Number(kibibytes) * 1_024) / 1_000_000;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = systemClock.after(GRACE_MS, () => child.kill('SIGKILL'));
  await gone;
  timer.stop();
}
