/** A mesh of the lab, its Discord and its Redis, with nothing of the product in it yet. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLabClock } from '../clock.ts';
import { discordSection, invite, type DemoPeople } from '../demo/people.ts';
import { startLabDiscord, type LabDiscord } from '../discord/index.ts';
import { startRedis } from '../redis.ts';
import { clustersOf } from '../scene/cluster.ts';
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

/** Builds a mesh of `count` clusters and writes a configuration for it into `dir`. */
export async function setStage(dir: string, count: number, environment: NodeJS.ProcessEnv): Promise<Stage> {
  const clock = createLabClock();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const redis = await startRedis({ dir: join(dir, 'redis'), environment });
  const mesh = await buildMesh({ clock, clusters: clustersOf(count) });
  const kubeconfigDir = join(dir, 'kubeconfigs');
  await mesh.writeKubeconfigs(kubeconfigDir);
  const discord = await startLabDiscord({ clock });
  const people = invite(discord);
  const tokenFile = join(dir, 'discord-token');
  await writeFile(tokenFile, discord.token, { mode: 0o600 });
  const configFile = join(dir, 'meshwarden.yaml');
  const section = discordSection(discord, people, tokenFile);
  await writeFile(configFile, mesh.configYaml({ kubeconfigDir, discord: section, redisUrl: redis.url, schedules: SCHEDULES }));
  return {
    mesh,
    discord,
    people,
    configFile,
    kubeconfigDir,
    async stop() {
      await discord.stop();
      await mesh.stop();
      await redis.stop();
    },
  };
}
