import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemo, type Demo } from '../../lab/demo/start.ts';

/** A demo in a folder of its own, without a word on the terminal. */
export async function startQuietDemo(): Promise<Demo> {
  const dir = await mkdtemp(join(tmpdir(), 'meshwarden-demo-'));
  const { REDIS_URL: _, ...environment } = process.env;
  const demo = await startDemo({ dir, host: '127.0.0.1', port: 0, environment, say: () => undefined });
  return {
    ...demo,
    async stop() {
      await demo.stop();
      await rm(dir, { recursive: true });
    },
  };
}
