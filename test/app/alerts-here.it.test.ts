/** What `meshwarden alerts` and `meshwarden probe` do, over the state that the service keeps. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { openAlerts } from '../../src/app.ts';
import type { AlertsHere } from '../../src/cli/alerts.ts';
import { loadConfig } from '../../src/config/load.ts';
import { HOUR } from '../../src/core/duration.ts';
import { systemRandom } from '../../src/core/random.ts';
import { logLines } from '../core/log-lines.ts';
import { testRedis, type TestRedis } from '../store/redis.ts';

let dir: string;
let mesh: LabMesh;
let server: TestRedis;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'meshwarden-here-'));
  mesh = await buildMesh({ clock: createLabClock() });
  await mesh.writeKubeconfigs(dir);
  server = await testRedis();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await mesh.stop();
  await rm(dir, { recursive: true });
});

async function here(redisUrl?: string): Promise<AlertsHere> {
  const file = join(dir, 'meshwarden.yaml');
  await writeFile(file, mesh.configYaml({ kubeconfigDir: dir, ...(redisUrl === undefined ? {} : { redisUrl }) }));
  const loaded = await loadConfig({ environment: {}, cwd: dir, readFile: (path) => readFile(path, 'utf8') }, { file, secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
  const machine = { clock: mesh.clock, random: systemRandom, log: logLines().log, version: '0.0.0' };
  const alerts = openAlerts(loaded.config, machine, new AbortController().signal);
  onTestFinished(() => alerts.close());
  return alerts;
}

describe('alerts at the terminal', () => {
  it('are fired, taken, silenced and ended in the state that every process sees', async () => {
    const alerts = await here(server.url);
    const other = await here(server.url);

    await alerts.trial({ severity: 'page', end: false, by: 'cli:lena' });
    const [open] = (await other.list()).open;
    expect([open?.title, open?.severity, open?.cause?.says]).toEqual([
      'This is a trial: test',
      'page',
      'cli:lena tries whether alerts arrive',
    ]);
    await other.ack(open?.id ?? '', 'cli:mara', undefined);
    const silence = await alerts.silence({ match: 'trial|*', forMs: HOUR, reason: 'enough of it', by: 'cli:lena' });
    const { open: untaken, acked, muted, silences } = await alerts.list();
    expect([untaken, acked, muted.map(({ ack }) => ack?.by), silences.map(({ id, reason }) => [id, reason])]).toEqual([
      [],
      [],
      ['cli:mara'],
      [[silence, 'enough of it']],
    ]);
    await other.unsilence(silence, 'cli:mara');
    await other.trial({ severity: 'page', end: true, by: 'cli:lena' });

    const { ended, ...rest } = await alerts.list();
    expect([ended.map(({ state }) => state), rest.open, rest.acked, rest.muted, rest.silences]).toEqual([['over'], [], [], [], []]);
  });

  it.each([
    ['not configured', undefined, 'invalid', 'Cannot read alerts: no Redis is configured'],
    ['away', 'redis://127.0.0.1:1', 'unreachable', 'Cannot read alerts: Redis does not answer'],
  ])('say that Redis is %s', async (_, url, reason, message) => {
    await expect((await here(url)).list()).rejects.toMatchObject({ reason, message });
  });
});

describe('a probe from the terminal', () => {
  it('needs no Redis where it begins here, and refuses a cluster that is not there', async () => {
    await expect((await here()).probe({ from: undefined, to: 'cluster-z' }, () => undefined)).rejects.toMatchObject({
      message: 'There is no link local → cluster-z: there is no cluster cluster-z',
    });
  });

  it('from elsewhere asks the worker there, and says that none is', async () => {
    const from = { from: 'cluster-b', to: 'cluster-a' };
    await expect((await here()).probe(from, () => undefined)).rejects.toMatchObject({
      message: 'Cannot ask a worker elsewhere: no Redis is configured',
    });
    await expect((await here(server.url)).probe(from, () => undefined)).rejects.toMatchObject({
      message: 'Nothing is measured from cluster-b: no worker runs there',
    });
  });
});
