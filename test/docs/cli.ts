/** The command line as its own help tells it. */
import { runCli } from '../../src/cli/program.ts';
import { createLabClock } from '../../lab/clock.ts';
import { PassThrough } from 'node:stream';
import { createLogger } from '../../src/core/logger.ts';

/** Flags by command, such as `commands register`; the program itself is the empty name. */
export async function flagsByCommand(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const waiting = [''];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const text = await helpOf(name);
    found.set(name, flagsIn(text));
    waiting.push(...commandsIn(text).map((child) => `${name} ${child}`.trim()));
  }
  return found;
}

function flagsIn(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(?<flag>--[\w-]+)/gm)].map(({ groups }) => groups?.['flag'] ?? '');
}

function commandsIn(help: string): readonly string[] {
  const [, list = ''] = help.split(/^Commands:$/m);
  return [...list.matchAll(/^ {2}(?<name>[\w-]+)/gm)].map(({ groups }) => groups?.['name'] ?? '').filter((name) => name !== 'help');
}

async function helpOf(name: string): Promise<string> {
  let text = '';
  const write = (chunk: string): boolean => {
    text += chunk;
    return true;
  };
  const unused = (): never => {
    throw new Error('Help needs nothing of it');
  };
  await runCli(name === '' ? ['--help'] : [...name.split(' '), '--help'], {
    io: {
      stdout: { write },
      stderr: { write },
      stdin: new PassThrough(),
      isTty: false,
      environment: {},
      cwd: '/',
      readFile: unused,
      writeFile: unused,
    },
    clock: createLabClock(),
    version: '0.0.0',
    logger: () => createLogger('silent', { write: () => undefined }),
    openMesh: unused,
    openAlerts: unused,
    openCanaries: unused,
    openChanges: unused,
    user: 'somebody',
    trySetup: unused,
    serve: unused,
    registerCommands: unused,
    untilAsked: unused,
    signal: new AbortController().signal,
  });
  return text;
}
