/** Tries the way to Redis and asks what it is. It changes nothing there. */
import { Cluster, type Redis } from 'ioredis';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { connectionWords } from '../core/connection-words.ts';
import { OperatorError, toFailure, type Reason } from '../core/errors.ts';
import type { RedisServerFacts, RedisSetup } from '../mesh/setup.ts';
import { openOnce, type RedisTarget } from './connection.ts';

const DEADLINE_MS = 6_000;

export interface RedisDoctorOptions {
  readonly target: RedisTarget;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Never rejects for what Redis does. */
export async function tryRedis({ target, clock, signal }: RedisDoctorOptions): Promise<RedisSetup> {
  const redis = openOnce(target);
  const told: Error[] = [];
  redis.on('error', (error: Error) => void told.push(error));
  try {
    const look = async (): Promise<readonly RedisServerFacts[]> => {
      await redis.connect();
      const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
      return Promise.all(servers.map((server) => factsOf(server, clock)));
    };
    return { ok: true, value: await withDeadline(clock, DEADLINE_MS, 'Redis cannot be used', look, signal) };
  } catch (error) {
    return { ok: false, failure: toFailure(refused(target, error, told)) };
  } finally {
    redis.disconnect();
  }
}

async function factsOf(redis: Redis, clock: Clock): Promise<RedisServerFacts> {
  // The first call waits for the log-in; how long one takes is seen from the second.
  await redis.time();
  const begun = clock.now();
  const time = await redis.time();
  const ended = clock.now();
  const info = fieldsOf(await redis.info());
  const [seconds = 0, micros = 0] = time.map(Number);
  return {
    where: `${redis.options.host ?? ''}:${redis.options.port ?? ''}`,
    version: info.get('valkey_version') ?? info.get('redis_version') ?? '',
    role: info.get('role') ?? '',
    evictionPolicy: info.get('maxmemory_policy') ?? '',
    memoryLimit: Number(info.get('maxmemory') ?? 0),
    memoryUsed: Number(info.get('used_memory') ?? 0),
    appendOnly: info.get('aof_enabled') === '1',
    saves: await savesOf(redis),
    latencyMs: ended - begun,
    clockAheadMs: Math.round(seconds * 1_000 + micros / 1_000 - (begun + ended) / 2),
  };
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  return new Map(info.split(/\r?\n/).flatMap((line) => (line.includes(':') ? [splitOnce(line)] : [])));
}

function splitOnce(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1)];
}

async function savesOf(redis: Redis): Promise<string | undefined> {
  try {
    const [, saves] = (await redis.config('GET', 'save')) as readonly string[];
    return saves;
  } catch {
    return undefined; // hosted ones do not let anybody ask, which is no fault of the set-up
  }
}

/** What each refusal asks for. The first that fits counts: a wrong password is told before the calls that it makes fail. */
const ADVICE: readonly (readonly [RegExp, Reason, string])[] = [
  [
    /WRONGPASS|invalid (?:username-)?password/i,
    'unauthorized',
    'Correct MESHWARDEN_REDIS_PASSWORD, or the file in redis.passwordFile, and redis.username.',
  ],
  [/NOAUTH/i, 'unauthorized', 'Set MESHWARDEN_REDIS_PASSWORD, or name a file in redis.passwordFile.'],
  [/NOPERM/i, 'forbidden', 'Give this user of Redis all commands on its database: ACL SETUSER … ~* &* +@all.'],
  [/ECONNREFUSED/i, 'unreachable', 'Nothing listens there: start Redis, or correct redis.url (REDIS_URL replaces it).'],
  [/ENOTFOUND|EAI_AGAIN/i, 'unreachable', 'Correct the host in redis.url, or the DNS of this machine.'],
  [/sentinel/i, 'unreachable', 'Correct redis.sentinels and redis.master: SENTINEL masters lists the names.'],
  [/CERT|SSL|TLS|wrong version/i, 'tls', 'rediss:// and redis.tls are for a server with TLS; without it, use redis://.'],
];

function refused(target: RedisTarget, error: unknown, told: readonly Error[]): OperatorError {
  const all = [...told, error].filter((one) => one instanceof Error);
  const words = all.map((one) => `${'code' in one ? String(one.code) : ''} ${one.message} ${one.name}`);
  const [, reason, next] = ADVICE.find(([text]) => words.some((word) => text.test(word))) ?? [
    undefined,
    'unreachable' as const,
    'Look at the log of Redis, and try the same address with redis-cli.',
  ];
  const cause = all.find((one) => ADVICE.some(([text]) => text.test(`${'code' in one ? String(one.code) : ''} ${one.message}`))) ?? error;
  const why = cause instanceof OperatorError ? (cause.why ?? cause.message) : connectionWords(cause);
  return new OperatorError({ reason, what: 'Redis cannot be used', where: addressOf(target), why, next, cause });
}

/** Where it is looked for, without credentials. */
function addressOf({ address }: RedisTarget): string {
  if (address.kind === 'single') return hostPort(address.node);
  if (address.kind === 'cluster') return address.nodes.map(hostPort).join(', ');
  return `${address.master} of ${address.sentinels.map(hostPort).join(', ')}`;
}

function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
