/** The product as a user runs it, as a process of its own, with its output in a file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { LabClock } from '../clock.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The flags that it ships with. */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size'];
const GRACE_MS = 15_000;

export interface ProductOptions {
  /** Arguments after `meshwarden start --config <file>`. */
  readonly flags: readonly string[];
  readonly config: string;
  readonly logFile: string;
  readonly clock: LabClock;
  readonly environment: NodeJS.ProcessEnv;
  /** Told when it ends without having been asked to. */
  readonly onCrash: (why: string) => void;
}

export interface Product {
  readonly pid: number | undefined;
  /** Ends it as a supervisor would, and by force when it takes longer than fifteen seconds. */
  stop(): Promise<void>;
  /** As a crash would: whoever watches over it is told. */
  kill(): Promise<void>;
}

/** Starts `meshwarden start`. Its clock follows the lab's. */
export function startProduct(options: ProductOptions): Product {
  const { logFile, clock, onCrash } = options;
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = launch(options, log);
  const unlisten = clock.onAdvance((offsetMs) => child.send({ clockOffsetMs: offsetMs }));
  let asked = false;
  child.once('exit', (code, signal) => {
    unlisten();
    log.end();
    if (!asked) onCrash(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const timer = clock.after(GRACE_MS, () => child.kill('SIGKILL'));
    await gone;
    timer.stop();
  };
  return {
    pid: child.pid,
    async stop() {
      asked = true;
      await end('SIGTERM');
    },
    kill: () => end('SIGKILL'),
  };
}

function launch({ flags, config, clock, environment }: ProductOptions, log: WriteStream): ChildProcess {
  const preload = join(import.meta.dirname, 'clock-preload.ts');
  const args = [...FLAGS, '--import', preload, join(ROOT, 'dist', 'meshwarden.mjs'), 'start', '--config', config, ...flags];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...environment, LAB_CLOCK_OFFSET_MS: String(clock.offsetMs), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // Ctrl-C of the terminal does not reach it: the lab ends what it started in its own order
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  return child;
}
