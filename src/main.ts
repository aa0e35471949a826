/** The process: argv and signals in, an exit code out. */
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { openAlerts, openCanaries, openChanges, openMesh, registerOnce, startApp, trySetup } from './app.ts';
import type { CliContext } from './cli/context.ts';
import { runCli } from './cli/program.ts';
import { systemClock } from './core/clock.ts';
import { createLogger } from './core/logger.ts';
import { systemRandom } from './core/random.ts';
import { VERSION } from './version.ts';
import type { Config } from './config/config.ts';

/** How long a process whose command has ended may linger. */
const EXIT_MS = 1_000;

const stopping = new AbortController();

/** A second signal ends the process at once: whoever sends it has waited long enough. */
function onSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (stopping.signal.aborted) process.exit(130);
        stopping.abort();
        resolve(name);
      });
    }
  });
}

const asked = onSignal();

/** A reader that has seen enough (`| head`) is no fault: what comes after is for nobody. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Lines for people on a terminal, JSON for everything else. */
const destination = process.stderr.isTTY ? (await import('pino-pretty')).default({ destination: 2, sync: true }) : process.stderr;

/** What nobody caught is a defect: it is told on its way out, and the supervisor starts the process anew. */
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    createLogger('error', destination).error({ component: 'process', err: error }, 'a defect of meshwarden ended the process');
    process.exit(1);
  });
}

const context: CliContext = {
  io: {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    isTty: process.stdin.isTTY && process.stdout.isTTY,
    ...(process.stdout.columns === undefined ? {} : { columns: process.stdout.columns }),
    environment: process.env,
    cwd: process.cwd(),
    readFile: (path) => readFile(path, 'utf8'),
    writeFile: (path, text, mode) => writeFile(path, text, { mode: 0o600, flag: mode === 'create' ? 'wx' : 'w' }),
  },
  colour: process.stdout.isTTY && !process.env['NO_COLOR'],
  clock: systemClock,
  version: VERSION,
  logger: ({ log }) => createLogger(log.level, destination),
  openMesh: (config) => openMesh(config, machine(config)),
  openChanges: (config) => openChanges(config, machine(config), stopping.signal),
  openAlerts: (config) => openAlerts(config, machine(config), stopping.signal),
  openCanaries: (config) => openCanaries(config, machine(config), stopping.signal),
  user: userInfo().username,
  trySetup: (config) => trySetup(config, machine(config)),
  serve: (config, roles, vantage) => startApp(config, roles, machine(config), vantage),
  registerCommands: (config) => registerOnce(config, machine(config)),
  untilAsked: () => asked,
  signal: stopping.signal,
};

function machine(config: Config): Parameters<typeof startApp>[2] {
  return { clock: systemClock, random: systemRandom, log: createLogger(config.log.level, destination), version: VERSION };
}

process.exitCode = await runCli(process.argv.slice(2), context);
// All is closed by now and the process ends by itself, with everything written. A connection that will not close does not hold it.
systemClock.after(EXIT_MS, () => process.exit());
