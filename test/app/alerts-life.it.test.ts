/** The service without its bot, and a worker in the other cluster: real schedules, queues and probes, until something is due in the channel. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLabClock } from '../../lab/clock.ts';
import { createFaults, type LabFaults } from '../../lab/faults.ts';
import { buildProbedMesh, type ProbedMesh } from '../../lab/gateways/probed-mesh.ts';
import { startApp, type App, type AppRole } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemRandom } from '../../src/core/random.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createAlertStore } from '../../src/store/alerts.ts';
import { createIncidentBoard } from '../../src/store/incidents.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis, type TestRedis } from '../store/redis.ts';

let dir: string;
let lab: ProbedMesh;
let faults: LabFaults;
let server: TestRedis;
let connections: ReturnType<typeof connectRedis>;
let redis: Redis | Cluster;
const apps: App[] = [];

const EVERY_SECOND = { 'probe-links': '* * * * * *' };

async function serve(cluster: string, roles: readonly AppRole[], vantage?: string): Promise<void> {
  const file = join(dir, `config-of-${cluster}.yaml`);
  await writeFile(
    file,
    lab.mesh.configYaml({ kubeconfigDir: dir, redisUrl: server.url, schedules: EVERY_SECOND, ...lab.configOf(cluster) }),
  );
  const loaded = await loadConfig({ environment: {}, cwd: dir, readFile: (path) => readFile(path, 'utf8') }, { file, secrets: 'skip' });
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded));
  const machine = { clock: lab.mesh.clock, random: systemRandom, log: logLines().log, version: '0.0.0' };
  apps.push(await startApp(loaded.config, new Set(roles), machine, vantage));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'meshwarden-life-'));
  server = await testRedis();
  lab = await buildProbedMesh({ clock: createLabClock(), dir });
  await lab.mesh.writeKubeconfigs(dir);
  faults = createFaults(lab.faults());
  connections = connectRedis(targetOf(server), logLines().log);
  redis = connections.open('prompt');
  await Promise.all([lab.settled(), whenReady(redis, AbortSignal.timeout(5_000))]);
  await serve('cluster-a', ['worker', 'scheduler']);
  await serve('cluster-b', ['worker'], 'cluster-b');
});

afterAll(async () => {
  for (const app of apps) await app.stop();
  connections.close();
  await lab.stop();
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const PATIENCE = { timeout: 25_000, interval: 100 };

/** How each link stands, as far as it is followed. */
async function links(): Promise<Readonly<Record<string, string>>> {
  const { state } = await createAlertStore(redis, () => lab.mesh.clock.now()).load();
  return Object.fromEntries(
    Object.entries(state.subjects).flatMap(([key, health]) => (health.rule === 'link-down' ? [[key, health.state]] : [])),
  );
}

const due = async () =>
  (await createIncidentBoard(redis).due(100)).map(({ incident: { title, state } }) => `${title} · ${state}`).toSorted();

const WELL = { 'link-down|link:cluster-a>cluster-b': 'ok', 'link-down|link:cluster-b>cluster-a': 'ok' };

it(
  'measures both directions of a link where they begin, and tells of the one that is cut until it is over',
  { timeout: 120_000 },
  async () => {
    await expect.poll(links, PATIENCE).toEqual(WELL);
    expect(await due()).toEqual([]);

    await faults.set('link-cut-cluster-b-cluster-a', true);
    await expect.poll(due, PATIENCE).toEqual(['Link cluster-b → cluster-a is down · firing']);
    expect(await links()).toMatchObject({ 'link-down|link:cluster-a>cluster-b': 'ok' });

    await server.stop();
    await server.start();
    await whenReady(redis, AbortSignal.timeout(10_000));
    expect(await due()).toEqual(['Link cluster-b → cluster-a is down · firing']);

    await faults.set('link-cut-cluster-b-cluster-a', false);
    await expect.poll(due, PATIENCE).toEqual(['Link cluster-b → cluster-a was down · over']);
    expect(await links()).toEqual(WELL);
  },
);
