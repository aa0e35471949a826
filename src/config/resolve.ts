import type { ClusterConfig, Config, DiscordConfig, RedisAddress, RedisConfig } from './config.ts';
import type { FromEnvironment } from './environment.ts';
import { absolute, defaultKubeconfig, folderOf } from './paths.ts';
import type { FileConfig } from './schema.ts';
import type { ConfigSources } from './sources.ts';
import { resolveAlerts, resolveProbes, resolveTailscale } from './watching.ts';

/** The complete configuration: the file's, with its relative paths made absolute and what the environment adds. */
export function resolveConfig(file: FileConfig, path: string, given: FromEnvironment, sources: ConfigSources): Config {
  return {
    source: 'file',
    file: path,
    mesh: file.mesh,
    clusters: file.clusters.map((cluster) => resolveCluster(cluster, path, sources)),
    authority: { ...file.authority, rootFingerprint: file.authority.rootFingerprint },
    discord: resolveDiscord(file.discord, given),
    approvals: { needed: file.approvals.needed, key: given.approvalKey, totp: given.totp },
    redis: resolveRedis(file.redis, given),
    schedules: file.schedules,
    renewal: file.renewal,
    log: file.log,
    tailscale: resolveTailscale(file.tailscale, path, given.watching, sources),
    probes: resolveProbes(file.probes),
    alerts: resolveAlerts(file.alerts, given.watching),
  };
}

function resolveCluster(cluster: FileConfig['clusters'][number], path: string, sources: ConfigSources): ClusterConfig {
  const { name, network, roles, kubeconfig, context, gateway, application } = cluster;
  const files = kubeconfig === undefined ? defaultKubeconfig(sources) : [absolute(kubeconfig, folderOf(path), sources)];
  const resolved = { name, network, roles, kubeconfig: files, gateway, application };
  return context === undefined ? resolved : { ...resolved, context };
}

function resolveDiscord(written: FileConfig['discord'], given: FromEnvironment): DiscordConfig | undefined {
  if (written === undefined) return undefined;
  const { guild, channels, viewer, operator, admins, api } = written;
  return { token: given.discordToken, guild, channels: { alerts: channels.alerts, audit: channels.audit }, viewer, operator, admins, api };
}

function resolveRedis(written: FileConfig['redis'], given: FromEnvironment): RedisConfig | undefined {
  const { redisUrl } = given;
  const address = redisUrl?.address ?? (written === undefined ? undefined : writtenAddress(written));
  if (address === undefined) return undefined;
  return {
    address,
    username: redisUrl?.username ?? written?.username,
    password: given.redisPassword ?? redisUrl?.password,
  };
}

/** The address that the file gives. A section without any means the Redis of this machine. */
function writtenAddress(written: NonNullable<FileConfig['redis']>): RedisAddress {
  const tls = written.tls ?? false;
  if (written.url !== undefined) return written.url;
  if (written.cluster !== undefined) return { kind: 'cluster', nodes: written.cluster, tls };
  if (written.sentinels !== undefined && written.master !== undefined)
    return { kind: 'sentinel', sentinels: written.sentinels, master: written.master, database: written.database ?? 0, tls };
  return { kind: 'single', node: { host: '127.0.0.1', port: 6379 }, database: 0, tls: false };
}
