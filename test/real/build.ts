/** Builds the real cluster with Go, unless a binary that is newer than its sources is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { systemClock, type Timer } from '../../src/core/clock.ts';

const SOURCES = join(import.meta.dirname, 'go');
const CACHE = join(import.meta.dirname, '..', '..', '.cache');

/** Where the binary is kept. */
export const BINARY: string = join(CACHE, 'real', 'realcluster');

/** How often a long build says that it goes on, in milliseconds. */
const TICK_MS = 10_000;

/** @throws Error with what Go said, where it cannot be built. */
export async function buildBinary(say: (line: string) => void, env: NodeJS.ProcessEnv): Promise<void> {
  if (isFresh()) return;
  const begun = performance.now();
  const seconds = (): number => Math.round((performance.now() - begun) / 1_000);
  say('building a Kubernetes API server with Go: 5 to 15 minutes the first time, about a minute later');
  const tick = (): Timer =>
    systemClock.after(TICK_MS, () => {
      say(`still building (${seconds()} s)`);
      ticker = tick();
    });
  let ticker = tick();
  try {
    await mkdir(join(CACHE, 'real'), { recursive: true });
    const made = `${BINARY}.new`;
    await go(['build', '-buildvcs=false', '-ldflags', versionFlags(), '-o', made, '.'], env);
    await rename(made, BINARY);
  } finally {
    ticker.stop();
  }
  say(`built in ${seconds()} s`);
}

function isFresh(): boolean {
  const built = statSync(BINARY, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(SOURCES).every((file) => statSync(join(SOURCES, file)).mtimeMs < built);
}

/** The API server says which version it is by what the linker wrote into it. */
function versionFlags(): string {
  const version = /^\tk8s\.io\/kubernetes v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/m.exec(
    readFileSync(join(SOURCES, 'go.mod'), 'utf8'),
  );
  const { major, minor, patch } = version?.groups ?? {};
  if (major === undefined || minor === undefined) throw new Error('go.mod names no version of k8s.io/kubernetes');
  const stamps = { gitVersion: `v${major}.${minor}.${patch}`, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...flags].join(' ');
}

async function go(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('go', args, { cwd: SOURCES, env: { ...env, ...caches(env) }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`go ${args[0]} failed in ${SOURCES}:\n${said.split('\n').slice(-30).join('\n')}`);
}

/** Go's own caches where the user has a home; else they are kept in this folder. */
function caches(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (isWritable(env['HOME'])) return {};
  return { GOCACHE: join(CACHE, 'go', 'build'), GOMODCACHE: join(CACHE, 'go', 'mod') };
}

function isWritable(folder: string | undefined): boolean {
  if (folder === undefined || folder === '') return false;
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // which is what was asked
  }
}
