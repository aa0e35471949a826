import { formatDuration } from '../../core/duration.ts';
import type { RedisServerFacts, RedisSetup } from '../../mesh/setup.ts';
import { parseVersion } from '../../mesh/versions.ts';
import { judgeClock } from './cluster.ts';
import { failed, failedBy, ok, untried, warning, type Finding } from './result.ts';

/** Redis: can jobs be kept in it. */
export function judgeRedis(setup: RedisSetup): readonly Finding[] {
  if (!setup.ok)
    return [failedBy('redis-reachable', setup.failure), untried('redis-eviction', 'nothing else tried: Redis does not let us in')];
  if (setup.value.length === 0) return [failed('redis-reachable', 'The Redis Cluster has no master', 'Look at it with CLUSTER NODES.')];
  return setup.value.flatMap((server) => judgeServer(server));
}

function judgeServer(server: RedisServerFacts): readonly Finding[] {
  return [
    ok('redis-reachable', `${server.where} answers in ${formatDuration(server.latencyMs)}`),
    version(server),
    eviction(server),
    persistence(server),
    role(server),
    ...memory(server),
    judgeClock('redis-clock', server.clockAheadMs),
  ];
}

function version({ version }: RedisServerFacts): Finding {
  const known = parseVersion(version);
  if (known === undefined) return untried('redis-version', 'version not compared: it tells none');
  const good = known.major > 6 || (known.major === 6 && known.minor >= 2);
  return good
    ? ok('redis-version', `version ${version}`)
    : failed('redis-version', `Version ${version} is too old`, 'Upgrade Redis to 6.2 or newer.');
}

function eviction({ evictionPolicy }: RedisServerFacts): Finding {
  if (evictionPolicy === 'noeviction') return ok('redis-eviction', 'keeps everything (noeviction)');
  const text = `It throws data away when its memory is full (maxmemory-policy ${evictionPolicy}): jobs can be lost`;
  return failed('redis-eviction', text, 'Set it, and the same in redis.conf:', ['redis-cli config set maxmemory-policy noeviction']);
}

function persistence({ appendOnly, saves }: RedisServerFacts): Finding {
  if (appendOnly) return ok('redis-persistence', 'writes to disk (appendonly)');
  if (saves === undefined) return untried('redis-persistence', 'persistence not looked at: it does not let us ask for its settings');
  if (saves !== '') return ok('redis-persistence', 'saves snapshots to disk; what came since the last one is lost in a crash');
  const next = 'Without it a restart loses waiting jobs and what was told already. Set it, and the same in redis.conf:';
  return { ...warning('redis-persistence', 'It keeps nothing on disk', next), paste: ['redis-cli config set appendonly yes'] };
}

function role({ role }: RedisServerFacts): Finding {
  if (role === 'master') return ok('redis-role', 'takes writes (master)');
  return failed(
    'redis-role',
    `It is a ${role === 'slave' ? 'replica' : role}, which takes no writes`,
    'Give the address of the master, or use redis.sentinels and redis.master.',
  );
}

/** From here on a burst of jobs may fill it. */
const NEARLY_FULL = 0.8;

function memory({ memoryLimit, memoryUsed }: RedisServerFacts): readonly Finding[] {
  if (memoryLimit === 0) return [];
  const percent = Math.floor((memoryUsed / memoryLimit) * 100);
  if (memoryUsed < NEARLY_FULL * memoryLimit) return [ok('redis-memory', `${percent} % of its memory is used`)];
  return [
    warning(
      'redis-memory',
      `${percent} % of its memory is used; when it is full, no job can be added`,
      'Raise maxmemory, or give meshwarden a Redis of its own.',
    ),
  ];
}
