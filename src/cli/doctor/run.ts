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

/**
 * Tries all of it and tells it in the order of the configuration, each group as soon as those before it are told. All is tried at once but what is
 * measured: that waits for the rest, so that no connection counts as slow because this process is busy.
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly DoctorResult[]> {
  const results: DoctorResult[] = [];
  for (const { name: group, findings } of groupsOf(options)) {
    options.onGroup(group);
    for (const finding of await findings) {
      const result = { group, ...finding };
      results.push(result);
      options.onResult(result);
    }
  }
  return results;
}

function groupsOf(options: DoctorOptions): readonly Group[] {
  const { only } = options;
  const part = (part: Part, name: string, work: (options: DoctorOptions) => Promise<readonly Finding[]>): readonly Group[] =>
    only === undefined || only === part ? [{ name, findings: work(options) }] : [];
  const before = only === undefined || only === 'clusters' ? clusters(options) : [];
  const after = [...part('redis', 'Redis', redis), ...part('discord', 'Discord', discord), ...part('alerts', 'Alerts', alerts)];
  const idle = Promise.allSettled([...before, ...after].map(({ findings }) => findings));
  return [
    { name: 'configuration', findings: configuration(options) },
    ...before,
    ...part('tailscale', 'Tailscale', async (given) => idle.then(() => tailscale(given))),
    ...part('probes', 'Probes', async (given) => idle.then(() => probes(given))),
    ...after,
  ];
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

async function discord({ config, trials, signal }: DoctorOptions): Promise<readonly Finding[]> {
  if (config.discord === undefined) return [untried('discord-token', 'no bot is configured')];
  return judgeDiscord(await trials.discord(signal), { ...config.discord, escalation: config.alerts.escalation });
}

async function alerts({ config, trials, signal }: DoctorOptions): Promise<readonly Finding[]> {
  const isAsked = config.alerts.fallbackWebhook !== undefined && config.discord !== undefined;
  return judgeAlerts(isAsked ? await trials.webhook(signal) : undefined, config);
}
