/** A mesh of the lab, its Discord and its Redis, with nothing of the product in it yet. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLabClock, type LabClock } from '../clock.ts';
import { discordSection, invite, type DemoPeople } from '../demo/people.ts';
import { startLabDiscord, type LabDiscord } from '../discord/index.ts';
import { startRedis } from '../redis.ts';
import { clustersOf } from '../scene/cluster.ts';
import type { ConfigOptions } from '../scene/config.ts';
import { buildProbedMesh, type ProbedMesh } from '../gateways/probed-mesh.ts';
import { buildMesh, type LabMesh } from '../scene/mesh.ts';

export interface Stage {
  readonly mesh: LabMesh;
  readonly discord: LabDiscord;
  readonly people: DemoPeople;
  readonly configFile: string;
  readonly kubeconfigDir: string;
  stop(): Promise<void>;
}

/** No job runs by itself, so that what is measured is what was asked for. */
const SCHEDULES = {
  'observe-mesh': 'off',
  'check-ca-expiry': 'off',
  'distribute-cacerts': 'off',
  'advance-changes': 'off',
  'probe-links': 'off',
  'probe-mesh': 'off',
  'verify-public-path': 'off',
  'audit-schedules': 'off',
};

/** Links, gateways and API servers are measured as often as the product does by itself; whether schedules run is audited seldom. */
const PROBED = { ...SCHEDULES, 'probe-links': '*/3 * * * * *' };

/** A link that is cut many times is told of each time. */
const STEADY = { flapping: { changes: 100 } };

/** A stage whose mesh is measured from its first cluster. */
export interface ProbedStage extends Stage {
  readonly lab: ProbedMesh;
}

/** Builds a mesh of `count` clusters with its tailnet and its gateways, and a configuration that has them measured. */
export async function setProbedStage(dir: string, count: number, environment: NodeJS.ProcessEnv): Promise<ProbedStage> {
  const clock = createLabClock();
  await mkdir(join(dir, 'tailnet'), { recursive: true, mode: 0o700 });
  const lab = await buildProbedMesh({ clock, clusters: clustersOf(count), dir: join(dir, 'tailnet') });
  const { mesh } = lab;
  const stage = await furnish({
    dir,
    mesh,
    clock,
    environment,
    schedules: PROBED,
    more: { ...lab.configOf(mesh.signer.name), alerts: STEADY },
  });
  return {
    ...stage,
    lab,
    async stop() {
      await stage.stop();
      await lab.stop();
    },
  };
}

/** Builds a mesh of `count` clusters and writes a configuration for it into `dir`. */
export async function setStage(dir: string, count: number, environment: NodeJS.ProcessEnv): Promise<Stage> {
  const clock = createLabClock();
  const mesh = await buildMesh({ clock, clusters: clustersOf(count) });
  const stage = await furnish({ dir, mesh, clock, environment, schedules: SCHEDULES, more: {} });
  return {
    ...stage,
    async stop() {
      await stage.stop();
      await mesh.stop();
    },
  };
}

interface Furnishing {
  readonly dir: string;
  readonly mesh: LabMesh;
  readonly clock: LabClock;
  readonly environment: NodeJS.ProcessEnv;
  readonly schedules: Readonly<Record<string, string>>;
  readonly more: Partial<ConfigOptions>;
}

/** Everything around a mesh; ends all of it but the mesh. */
async function furnish({ dir, mesh, clock, environment, schedules, more }: Furnishing): Promise<Stage> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const redis = await startRedis({ dir: join(dir, 'redis'), environment });
  const kubeconfigDir = join(dir, 'kubeconfigs');
  await mesh.writeKubeconfigs(kubeconfigDir);
  const discord = await startLabDiscord({ clock });
  const people = invite(discord);
  const tokenFile = join(dir, 'discord-token');
  await writeFile(tokenFile, discord.token, { mode: 0o600 });
  const configFile = join(dir, 'meshwarden.yaml');
  const section = discordSection(discord, people, tokenFile);
  await writeFile(configFile, mesh.configYaml({ kubeconfigDir, discord: section, redisUrl: redis.url, schedules, ...more }));
  return {
    mesh,
    discord,
    people,
    configFile,
    kubeconfigDir,
    async stop() {
      await discord.stop();
      await redis.stop();
    },
  };
}
