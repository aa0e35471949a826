/** Commands of the product as somebody types them beside the service. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { LabClock } from '../clock.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface TerminalOptions {
  readonly configFile: string;
  readonly clock: LabClock;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs `meshwarden …` and answers what it printed, whatever its exit code. Rejects where it printed nothing. */
export function runInTerminal(args: readonly string[], { configFile, clock, environment }: TerminalOptions): Promise<string> {
  const preload = join(import.meta.dirname, 'clock-preload.ts');
  const all = ['--import', preload, join(ROOT, 'dist', 'meshwarden.mjs'), ...args, '--config', configFile];
  const env = { ...environment, LAB_CLOCK_OFFSET_MS: String(clock.offsetMs), NODE_NO_WARNINGS: '1' };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, all, { cwd: ROOT, env }, (error, stdout, stderr) => {
      if (stdout !== '') resolve(stdout);
      else reject(new Error(`meshwarden ${args.join(' ')} said nothing: ${stderr}`, { cause: error }));
    });
  });
}
