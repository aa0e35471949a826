import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Secret } from '../core/secret.ts';
import type { Logger } from '../core/logger.ts';
import { connectionWords } from '../core/connection-words.ts';
import { OperatorError } from '../core/errors.ts';

interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is and who we are there. */
export interface RedisTarget {
  readonly address:
    | { readonly kind: 'single'; readonly node: HostPort; readonly database: number; readonly tls: boolean }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly HostPort[];
        readonly master: string;
        readonly database: number;
        readonly tls: boolean;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly HostPort[]; readonly tls: boolean };
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

/**
 * What a connection is for. `blocking`: a BullMQ worker or event reader, which waits through an outage for as long as it takes. `prompt`: whoever
 * answers a person, which fails at once while Redis is away.
 */
export type RedisUse = 'blocking' | 'prompt';

const FASTEST_MS = 200;
const SLOWEST_MS = 2_000;
/** How long a prompt command may take. */
const ANSWER_MS = 5_000;

/** Connections to one Redis, closed together; an outage is logged once, not once for each. */
export interface RedisConnections {
  /** Opens one more, which comes back by itself within two seconds of Redis. */
  open(use: RedisUse): Redis | Cluster;
  /** Why Redis is away, in the words of the last attempt; undefined while it answers. */
  away(): string | undefined;
  close(): void;
}

export function connectRedis(target: RedisTarget, log: Logger): RedisConnections {
  const own = log.child({ component: 'redis' });
  const connections: (Redis | Cluster)[] = [];
  let away: string | undefined;
  const onError = (error: Error & { readonly code?: string }): void => {
    if (away === undefined)
      own.warn({ reason: error.code ?? error.name, why: error.message }, 'Redis is away; trying again until it is back');
    away = error.message;
  };
  const onReady = (): void => {
    if (away !== undefined) own.info({}, 'Redis is back');
    away = undefined;
  };
  return {
    open(use) {
      const redis = create(target, use);
      keepTrack(redis, connections);
      redis.on('error', onError);
      redis.on('ready', onReady);
      connections.push(redis);
      return redis;
    },
    away: () => away,
    close() {
      for (const redis of connections) redis.disconnect();
    },
  };
}

/** BullMQ makes connections of its own out of ours and lets go of them only while Redis answers: those are closed with the others. */
function keepTrack(redis: Redis | Cluster, connections: (Redis | Cluster)[]): void {
  const duplicate = redis.duplicate.bind(redis) as (...options: unknown[]) => Redis | Cluster;
  const tracked = (...options: unknown[]): Redis | Cluster => {
    const made = duplicate(...options);
    connections.push(made);
    return made;
  };
  Object.assign(redis, { duplicate: tracked });
}

/** Resolves when this connection can be used, however long that takes; rejects with the signal's reason when it is aborted. */
export function whenReady(redis: Redis | Cluster, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (redis.status === 'ready') {
      resolve();
      return;
    }
    const onReady = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => {
      redis.off('ready', onReady);
      reject(signal.reason);
    };
    redis.once('ready', onReady);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Without the option that changes the shape of replies, which is part of the connection's type. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

const retryStrategy = (times: number): number => Math.min(FASTEST_MS * times, SLOWEST_MS);

/** One that is opened on demand and not again: for whoever only tries the way in. */
export function openOnce(target: RedisTarget): Redis | Cluster {
  return create(target, 'once');
}

function create({ address, username, password }: RedisTarget, use: RedisUse | 'once'): Redis | Cluster {
  const once = use === 'once';
  const again = once ? () => null : retryStrategy;
  const options: PlainOptions = {
    retryStrategy: again,
    lazyConnect: once,
    // It asks for what a wrong password hides, and its failure would be told in place of the reason.
    enableReadyCheck: !once,
    connectTimeout: 5_000,
    maxRetriesPerRequest: use === 'blocking' ? null : 1,
    enableOfflineQueue: use === 'blocking',
    // A frozen server takes commands and never answers; whoever waits for a person does not wait for that.
    ...(use === 'prompt' ? { commandTimeout: ANSWER_MS } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(address.tls ? { tls: {} } : {}),
  };
  if (address.kind === 'cluster') {
    const clusterOptions = {
      redisOptions: options,
      clusterRetryStrategy: again,
      lazyConnect: once,
      enableOfflineQueue: use === 'blocking',
    };
    return new Cluster([...address.nodes], clusterOptions);
  }
  if (address.kind === 'sentinel') {
    const sentinel = { sentinels: [...address.sentinels], name: address.master, sentinelRetryStrategy: again };
    return new Redis({ ...options, ...sentinel, db: address.database });
  }
  return new Redis({ ...options, host: address.node.host, port: address.node.port, db: address.database });
}

/** Does something with Redis. @throws OperatorError that says what could not be done. */
export async function throughRedis<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw redisError(what, error);
  }
}

/** The error of a Redis call as one for the person on call. */
export function redisError(what: string, error: unknown): OperatorError {
  return new OperatorError({
    reason: 'unreachable',
    what,
    where: 'Redis',
    why: connectionWords(error),
    next: 'Start Redis or correct redis.url; `meshwarden status` works without it.',
    cause: error,
  });
}
