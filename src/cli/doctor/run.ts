import type { ClusterConfig, Config } from '../../config/config.ts';
import type { ClusterSetup } from '../../mesh/setup.ts';
import { judgeAlerts } from './alerts.ts';
import { judgeCluster } from './cluster.ts';
import { judgeConfig } from './config.ts';
import { judgeDiscord } from './discord.ts';
import type { SetupTrials } from './ports.ts';
import { judgeProbes } from './probes.ts';
import { judgeRedis } from './redis.ts';
import { untried, type DoctorResult, type Finding } from './result.ts';
import { judgeTailscale } from './tailscale.ts';

export const PARTS = ['clusters', 'tailscale', 'probes', 'redis', 'discord', 'alerts'] as const;
export type Part = (typeof PARTS)[number];

export interface DoctorOptions {
  readonly config: Config;
  /** Files with secrets, and kubeconfigs. */
  readonly secretFiles: readonly string[];
  readonly trials: SetupTrials;
  /** Undefined: all of them. */
  readonly only: Part | undefined;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onGroup: (group: string) => void;
  readonly onResult: (result: DoctorResult) => void;
}

interface Group {
  readonly name: string;
  readonly findings: Promise<readonly Finding[]>;
}

/** Tries all of it at once and tells it in the order of the configuration, each group as soon as those before it are told. */
export async function runDoctor(options: DoctorOptions): Promise<readonly DoctorResult[]> {
  const { config, only } = options;
  const wanted = (part: Part): boolean => only === undefined || only === part;
  const groups = [
    { name: 'configuration', findings: configuration(options) },
    ...(wanted('clusters') ? clusters(options) : []),
    ...(wanted('tailscale') ? [{ name: 'Tailscale', findings: tailscale(options) }] : []),
    ...(wanted('probes') ? [{ name: 'Probes', findings: probes(options) }] : []),
    ...(wanted('redis') ? [{ name: 'Redis', findings: redis(options) }] : []),
    ...(wanted('discord') ? [{ name: 'Discord', findings: discord(options, config) }] : []),
    ...(wanted('alerts') ? [{ name: 'Alerts', findings: alerts(options) }] : []),
  ];
  const results: DoctorResult[] = [];
  for (const { name: group, findings } of groups) {
    options.onGroup(group);
    for (const finding of await findings) {
      const result = { group, ...finding };
      results.push(result);
      options.onResult(result);
    }
  }
  return results;
}

async function configuration({ config, secretFiles, trials }: DoctorOptions): Promise<readonly Finding[]> {
  const files = await Promise.all(secretFiles.map(async (path) => ({ path, mode: await trials.fileMode(path) })));
  return judgeConfig(config, files);
}

/** Each waits for those before it: only then is it known that two of them are one. */
function clusters({ config, trials, now, signal }: DoctorOptions): readonly Group[] {
  const setups = config.clusters.map((cluster) => ({ cluster, setup: trials.cluster(cluster.name, signal) }));
  return setups.map(({ cluster, setup }, index) => ({
    name: cluster.name,
    findings: Promise.all([setup, ...setups.slice(0, index).map((one) => one.setup)]).then(([own, ...before]) => {
      const sameAs = sameClusters(own, before, config.clusters);
      return judgeCluster(own, { cluster, config, now, sameAs });
    }),
  }));
}

/** Names of those that have the same identity. */
function sameClusters(own: ClusterSetup, before: readonly ClusterSetup[], clusters: readonly ClusterConfig[]): readonly string[] {
  const uid = uidOf(own);
  if (uid === undefined) return [];
  return before.flatMap((other, index) => (uidOf(other) === uid ? [clusters[index]?.name ?? ''] : []));
}

function uidOf({ inside }: ClusterSetup): string | undefined {
  return inside?.uid.ok && inside.uid.value !== '' ? inside.uid.value : undefined;
}

async function tailscale({ config, trials, now, signal }: DoctorOptions): Promise<readonly Finding[]> {
  return judgeTailscale(await trials.tailnet(signal), config, now);
}

async function probes({ config, trials, signal }: DoctorOptions): Promise<readonly Finding[]> {
  return judgeProbes(await trials.probes(signal), config);
}

async function redis({ config, trials, signal }: DoctorOptions): Promise<readonly Finding[]> {
  if (config.redis === undefined) return [untried('redis-reachable', 'no Redis is configured: `status` works, the service does not')];
  return judgeRedis(await trials.redis(signal));
}

async function discord({ trials, signal }: DoctorOptions, config: Config): Promise<readonly Finding[]> {
  if (config.discord === undefined) return [untried('discord-token', 'no bot is configured')];
  return judgeDiscord(await trials.discord(signal), { ...config.discord, escalation: config.alerts.escalation });
}

async function alerts({ config, trials, signal }: DoctorOptions): Promise<readonly Finding[]> {
  const isAsked = config.alerts.fallbackWebhook !== undefined && config.discord !== undefined;
  return judgeAlerts(isAsked ? await trials.webhook(signal) : undefined, config);
}
