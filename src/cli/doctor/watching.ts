/** What the configuration alone says of what will be measured, and what not. */
import type { Config, HostPort, RedisConfig } from '../../config/config.ts';
import { listNames } from '../../mesh/wording.ts';
import { ok, untried, warning, type Finding } from './result.ts';

/** Whether ways between clusters are measured at all: there are some, jobs run, and this one is on. */
export function watchesWays({ redis, clusters, schedules }: Config): boolean {
  return redis !== undefined && clusters.length > 1 && schedules['probe-links'] !== 'off';
}

/** Why they are not, after a colon; undefined: they are. */
function unwatched({ redis, clusters }: Config): string | undefined {
  if (clusters.length < 2) return 'there is one cluster';
  if (redis === undefined) return 'no Redis is configured';
  return 'schedules.probe-links is off';
}

/** From where it is measured: here, and in the other clusters. */
export function judgeWatching(config: Config): readonly Finding[] {
  if (!watchesWays(config)) return [untried('probes-vantage', `no way between clusters is measured: ${unwatched(config)}`)];
  return [vantage(config), workers(config)];
}

function vantage({ probes }: Config): Finding {
  if (probes.vantage !== undefined) return ok('probes-vantage', `what is measured here counts as from ${probes.vantage}`);
  return warning(
    'probes-vantage',
    'In which cluster this runs is not known: what is measured here counts as from none of them',
    'Set probes.vantage to the name of the cluster, or start it with --vantage. Outside of all clusters leave it as it is.',
  );
}

/** A worker in another cluster measures the ways that begin there, if it can reach our Redis. */
function workers({ clusters, probes, redis }: Config): Finding {
  const others = clusters.map(({ name }) => name).filter((name) => name !== probes.vantage);
  const from = `ways from ${listNames(others)}`;
  if (redis === undefined || !isOfThisMachine(redis))
    return ok('probes-workers', `${from} are measured by a worker there, else by the canary there where it may be asked`);
  return warning(
    'probes-workers',
    `The address of Redis is this very machine, so that no worker in another cluster can use it: ${from} are at best told by canaries`,
    'Let Redis listen in the tailnet, with TLS and a password, put that address into redis.url, and start in each other cluster: meshwarden start --role worker --vantage <cluster>.',
  );
}

function isOfThisMachine({ address }: RedisConfig): boolean {
  return addressesOf(address).every(({ host }) => /^(?:127\.\d+\.\d+\.\d+|localhost|::1|\[::1\])$/.test(host));
}

function addressesOf(address: RedisConfig['address']): readonly HostPort[] {
  if (address.kind === 'single') return [address.node];
  return address.kind === 'sentinel' ? address.sentinels : address.nodes;
}
