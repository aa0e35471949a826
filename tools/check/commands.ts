/** The checks that are programs of others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Command {
  readonly title: string;
  readonly argv: readonly [string, ...string[]];
  /** Folder below the project, `.` for the project itself. */
  readonly folder: string;
  /** How to mend what it finds. */
  readonly next: string;
}

export interface Result {
  readonly ok: boolean;
  /** What it printed on both streams. */
  readonly output: string;
}

/** All of them, for the project at `root`. */
export function commandsOf(root: string): readonly Command[] {
  return [...typeChecks(root), ...LINTERS, ...['.', 'tools/node', 'tools/browser'].map((folder) => lockCheck(root, folder))];
}

const LINTERS: readonly Command[] = [
  { title: 'lint', argv: ['oxlint', '--deny-warnings', '--format=unix'], folder: '.', next: 'npx oxlint --fix mends some of it.' },
  { title: 'format', argv: ['oxfmt', '--check', '.'], folder: '.', next: 'npx oxfmt . mends it.' },
  { title: 'unused code', argv: ['knip'], folder: '.', next: 'Delete it, or drop its export.' },
];

/** One for the project and one for each folder of the lab that has types of its own (a browser's). */
function typeChecks(root: string): readonly Command[] {
  const lab = join(root, 'lab');
  const own = existsSync(lab)
    ? readdirSync(lab, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('tsconfig.json'))
    : [];
  const configs = ['tsconfig.json', ...own.map((path) => `lab/${path}`)];
  return configs.map((config) => ({
    title: `types (${config})`,
    argv: ['tsc', '--noEmit', '-p', config],
    folder: '.',
    next: 'Mend the types.',
  }));
}

/** On a copy: npm 9 deletes node_modules even when it is only asked what it would do. */
function lockCheck(root: string, folder: string): Command {
  const copy = join('.cache', 'check', folder);
  mkdirSync(join(root, copy), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(root, folder, name), join(root, copy, name));
  const argv: Command['argv'] = ['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return { title: `lock file (${folder})`, argv, folder: copy, next: 'Run npm install --ignore-scripts there and commit the lock file.' };
}

/** Runs it to its end. A program that is missing is a failure with its reason. */
export async function runCommand(root: string, { argv, folder }: Command, environment: NodeJS.ProcessEnv): Promise<Result> {
  const [name, ...args] = argv;
  const path = `${join(root, 'node_modules', '.bin')}:${environment['PATH'] ?? ''}`;
  const trusted = { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' }; // npm trusts what the machine trusts
  const env = { ...trusted, ...environment, PATH: path, npm_config_cache: join(root, '.cache', 'npm') };
  const child = spawn(name, args, { cwd: join(root, folder), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { ok: code === 0, output };
  } catch (error) {
    return { ok: false, output: `${name} could not be started: ${String(error)}` };
  }
}
