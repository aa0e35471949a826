import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '..', '..');
const PROGRAMS = [
  'sh',
  'cat',
  'uname',
  'cksum',
  'dirname',
  'find',
  'head',
  'mkdir',
  'date',
  'sleep',
  'tail',
  'sed',
  'rm',
  'df',
  'awk',
  'flock',
  'chmod',
];

/** Writes down where it was called, then does what the test wants of it: nothing, or a failure in the middle of its work. */
const NPM = `#!/bin/sh
echo "\${PWD##*/} $1" >>"$CALLS"
mkdir -p node_modules/half
if [ -e "$CALLS.broken" ]; then rm "$CALLS.broken"; echo 'npm error code ENOTFOUND' >&2; exit 1; fi
`;

let folder: string;
let calls: string;

/** A copy of the project's set-up on a machine that has Node and an npm, and nothing else: no Redis, no apt-get, no Go. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwarden-run-'));
  calls = join(folder, 'calls');
  for (const name of ['tools', 'bin', 'src', 'lab']) mkdirSync(join(folder, name));
  for (const name of ['run', 'tools/setup.sh', 'tools/build.ts', 'package.json', 'package-lock.json']) {
    copyFileSync(join(project, name), join(folder, name));
  }
  for (const name of PROGRAMS) {
    const found = (process.env['PATH'] ?? '').split(delimiter).find((place) => existsSync(join(place, name)));
    if (found !== undefined) symlinkSync(join(found, name), join(folder, 'bin', name));
  }
  symlinkSync(process.execPath, join(folder, 'bin', 'node'));
  writeFileSync(join(folder, 'bin', 'npm'), NPM, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { PATH: join(folder, 'bin'), CALLS: calls, ...environment };
  const child = spawn(join(folder, 'run'), args, { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const PRINT = ['exec', 'node', '-p', '"ran"'];
const npmCalls = (): string => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');

describe('./run', () => {
  it('explains itself, and refuses a command that it does not know', async () => {
    const help = await run([]);
    expect({ ...help, stdout: help.stdout.split('\n')[0] }).toEqual({ code: 0, stdout: 'Usage: ./run <command>', stderr: '' });
    expect(await run(['tset'])).toEqual({ code: 2, stdout: '', stderr: `run: there is no command "tset"\n\n${help.stdout}` });
    expect(npmCalls()).toBe('');
  });

  it('installs the packages once, keeps stdout for the command, and is silent from then on', async () => {
    const first = await run(PRINT);
    expect({ ...first, stderr: first.stderr.replace(/[. ]+\d+ s\n$/, '\n') }).toEqual({
      code: 0,
      stdout: 'ran\n',
      stderr: '[1/1] packages of the lock file (about 20 s)\n',
    });
    expect(await run(PRINT)).toEqual({ code: 0, stdout: 'ran\n', stderr: '' });
    expect(npmCalls()).toBe(`${folder.split('/').at(-1)} ci\n`);
  });

  it('installs again when the lock file has changed', async () => {
    await run(PRINT);
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    await run(PRINT);
    expect(npmCalls().trim().split('\n')).toHaveLength(2);
  });

  it('says why an installation failed and what to do, and heals the half of it at the next start', async () => {
    writeFileSync(`${calls}.broken`, '');
    const broken = await run(PRINT);
    expect({ code: broken.code, stdout: broken.stdout }).toEqual({ code: 2, stdout: '' });
    expect(broken.stderr.split('\n').slice(1)).toEqual([
      '     | npm error code ENOTFOUND',
      'run: The packages could not be installed',
      `     The npm registry does not answer. Check the network, a proxy (HTTPS_PROXY) and "npm config get registry", then run the same command again. (whole output: ${folder}/.cache/setup.log)`,
      '',
    ]);
    expect(existsSync(join(folder, 'node_modules', 'half'))).toBe(true);
    expect(await run(PRINT)).toMatchObject({ code: 0, stdout: 'ran\n' });
  });

  it('sets up once when two are started together', async () => {
    const both = await Promise.all([run(PRINT), run(PRINT)]);
    expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
      { code: 0, stdout: 'ran\n' },
      { code: 0, stdout: 'ran\n' },
    ]);
    expect(npmCalls().trim().split('\n')).toHaveLength(1);
  });

  it('names REDIS_URL before anything is downloaded where no Redis can be had', async () => {
    expect(await run(['demo'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'run: No Redis server can be had: none is on PATH, and this is not Debian or Ubuntu\n' +
        '     Install redis-server or valkey-server, or set REDIS_URL (redis://host:port) for the demo; the tests need the program itself. Nothing was downloaded.\n',
    });
    expect(npmCalls()).toBe('');
    await run(['demo'], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect(npmCalls()).not.toBe('');
  });

  it('says that the tests on real API servers need Go', async () => {
    expect(await run(['test', 'real'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no go is on PATH') });
  });

  it('says that npm is needed where there is none', async () => {
    rmSync(join(folder, 'bin', 'npm'));
    expect(await run(PRINT)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('run: npm is not installed\n') });
  });
});
