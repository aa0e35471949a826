import { Redis, type RedisOptions } from 'ioredis';
import type { Secret } from '../core/secret.ts';
import type { Logger } from '../core/logger.ts';
import { OperatorError } from '../core/errors.ts';

/** Where Redis is. Sentinels take the place of the URL's host. */
export interface RedisTarget {
  readonly url: string;
  readonly password: Secret | undefined;
  readonly sentinel?: { readonly name: string; readonly addresses: readonly { readonly host: string; readonly port: number }[] };
}

/**
 * What a connection is for. `blocking`: a BullMQ worker or event reader, which waits through an outage for as long as it takes. `prompt`: whoever
 * answers a person, which fails at once while Redis is away.
 */
export type RedisUse = 'blocking' | 'prompt';

const FASTEST_MS = 200;
const SLOWEST_MS = 2_000;

/** Connections to one Redis, closed together; an outage is logged once, not once for each. */
export interface RedisConnections {
  /** Opens one more, which comes back by itself within two seconds of Redis. */
  open(use: RedisUse): Redis;
  /** Why Redis is away, in the words of the last attempt; undefined while it answers. */
  away(): string | undefined;
  close(): void;
}

export function connectRedis(target: RedisTarget, log: Logger): RedisConnections {
  const own = log.child({ component: 'redis' });
  const connections: Redis[] = [];
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
      const redis = new Redis(target.url, optionsOf(target, use));
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

/** Without the option that changes the shape of replies, which is part of the connection's type. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

function optionsOf(target: RedisTarget, use: RedisUse): PlainOptions {
  const options: PlainOptions = {
    retryStrategy: (times) => Math.min(FASTEST_MS * times, SLOWEST_MS),
    connectTimeout: 5_000,
    maxRetriesPerRequest: use === 'blocking' ? null : 1,
    enableOfflineQueue: use === 'blocking',
  };
  if (target.password !== undefined) options.password = target.password.reveal();
  if (target.sentinel !== undefined) Object.assign(options, { sentinels: [...target.sentinel.addresses], name: target.sentinel.name });
  return options;
}

/** The error of a Redis call as one for the person on call. */
export function redisError(what: string, error: unknown): OperatorError {
  return new OperatorError({
    reason: 'unreachable',
    what,
    where: 'Redis',
    why: error instanceof Error ? error.message : String(error),
    next: 'Start Redis or correct redis.url; `meshwarden status` works without it.',
    cause: error,
  });
}
