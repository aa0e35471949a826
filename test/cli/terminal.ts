/** The terminal of a person: a folder, an environment, and what the command wrote. */
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import type { LabClock } from '../../lab/clock.ts';
import { openAlerts, openCanaries, openMesh } from '../../src/app.ts';
import type { AlertsHere } from '../../src/cli/alerts.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import { createLogger } from '../../src/core/logger.ts';
import { systemRandom } from '../../src/core/random.ts';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TerminalOptions {
  readonly clock: LabClock;
  readonly cwd: string;
  /** Whether the answer may be coloured. */
  readonly colour?: boolean;
  /** Variables beside HOME, which is the folder. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What stands for alerts in place of those of the service. */
  readonly alerts?: AlertsHere;
}

/** Runs a command that only looks, in this process, against real API servers. The log is left out: it is tried elsewhere. */
export async function run(argv: readonly string[], { clock, cwd, colour, environment, alerts }: TerminalOptions): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const log = createLogger('silent', { write: () => undefined });
  const unused = (): Promise<never> => Promise.reject(new Error('a command that only looks does not need this'));
  const context: CliContext = {
    io: {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      stdin: new PassThrough(),
      isTty: false,
      environment: { HOME: cwd, ...environment },
      cwd,
      readFile: (path) => readFile(path, 'utf8'),
      writeFile: unused,
    },
    ...(colour === undefined ? {} : { colour }),
    clock,
    version: '0.0.0',
    logger: () => log,
    openMesh: (config) => openMesh(config, { clock, random: systemRandom, log, version: '0.0.0' }),
    openChanges: () => {
      throw new Error('a command that only looks changes nothing');
    },
    openAlerts: (config) =>
      alerts ?? openAlerts(config, { clock, random: systemRandom, log, version: '0.0.0' }, AbortSignal.timeout(25_000)),
    openCanaries: (config) => openCanaries(config, { clock, random: systemRandom, log, version: '0.0.0' }, AbortSignal.timeout(25_000)),
    user: 'somebody',
    trySetup: () => ({
      cluster: unused,
      tailnet: unused,
      probes: unused,
      redis: unused,
      discord: unused,
      webhook: unused,
      fileMode: unused,
    }),
    serve: unused,
    registerCommands: unused,
    untilAsked: unused,
    signal: AbortSignal.timeout(25_000),
  };
  const code = await runCli(argv, context);
  return { code, out: out.join(''), err: err.join('') };
}
