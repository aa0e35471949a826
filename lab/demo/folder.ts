/** The folder that one run of the demo has for itself. */
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Another demo runs there, or it cannot be written: nothing was touched. */
export class FolderRefused extends Error {}

const OWN = new Set([
  'redis',
  'kubeconfigs',
  'tailnet',
  'meshwarden.yaml',
  'meshwarden.log',
  'worker.yaml',
  'worker.log',
  'discord-token',
  'authenticator-mara',
  'authenticator-nora',
]);
const LOCK = 'pid';

/** Empties the folder of what an earlier run left, and keeps other runs out of it until the answer is called. */
export async function takeFolder(dir: string): Promise<() => Promise<void>> {
  try {
    await mkdir(dir, { recursive: true });
    await refuseForeign(dir);
    await claim(dir);
    await Promise.all([...OWN].map((name) => rm(join(dir, name), { recursive: true, force: true })));
    await mkdir(join(dir, 'kubeconfigs'), { recursive: true, mode: 0o700 });
    await mkdir(join(dir, 'tailnet'), { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (cause instanceof FolderRefused) throw cause;
    throw new FolderRefused(`Cannot write in ${dir}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return () => rm(join(dir, LOCK), { force: true });
}

/** What is in it is removed, so it must be the demo's own. */
async function refuseForeign(dir: string): Promise<void> {
  const foreign = (await readdir(dir)).filter((name) => !OWN.has(name) && name.split('.')[0] !== LOCK);
  if (foreign.length > 0)
    throw new FolderRefused(`${dir} holds ${foreign.slice(0, 3).join(', ')}, which no demo wrote: name an empty folder with --dir.`);
}

/** The name appears with its content in one step, so nobody reads half of it; what a dead process left is taken over. */
async function claim(dir: string): Promise<void> {
  const lock = join(dir, LOCK);
  const own = `${lock}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    if (await appears(own, lock)) return;
    const pid = Number(await readFile(lock, 'utf8').catch(() => '0'));
    if (pid > 0 && pid !== process.pid && isAlive(pid))
      throw new FolderRefused(`A demo already runs in ${dir} (process ${pid}). End it with Ctrl-C, or name another folder with --dir.`);
    await rm(lock, { force: true });
    if (!(await appears(own, lock))) throw new FolderRefused(`Another demo has just started in ${dir}. Name another folder with --dir.`);
  } finally {
    await rm(own, { force: true });
  }
}

async function appears(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
