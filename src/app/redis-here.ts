/** Redis for a command of the terminal: used where it answers, and asked for where there is no other way. */
import type { Cluster, Redis } from 'ioredis';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import { SECOND } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import { connectRedis, whenReady, type RedisConnections } from '../store/connection.ts';

/** How long a command waits for Redis before it goes on without. */
const REDIS_MS = 2 * SECOND;

export interface Reached {
  readonly redis: Redis | Cluster;
  readonly connections: RedisConnections;
}

export interface RedisHere {
  /** Undefined where none is configured, or it does not answer. */
  readonly reached: Promise<Reached | undefined>;
  /** `what`: what cannot be done without, such as `approve a plan`. @throws OperatorError where there is none. */
  need(what: string): Promise<Reached>;
  close(): void;
}

interface RedisHereOptions {
  readonly config: Config;
  readonly machine: { readonly clock: Clock; readonly log: Logger };
  readonly signal: AbortSignal;
}

export function openRedisHere({ config, machine: { clock, log }, signal }: RedisHereOptions): RedisHere {
  const connections = config.redis === undefined ? undefined : connectRedis(config.redis, log);
  const reached = connections === undefined ? Promise.resolve(undefined) : reach(connections, clock, signal);
  return {
    reached,
    async need(what) {
      const there = await reached;
      if (there === undefined) throw withoutRedis(what, config);
      return there;
    },
    close: () => connections?.close(),
  };
}

async function reach(connections: RedisConnections, clock: Clock, signal: AbortSignal): Promise<Reached | undefined> {
  const redis = connections.open('prompt');
  try {
    await whenReady(redis, AbortSignal.any([signal, deadline(clock, REDIS_MS)]));
    return { redis, connections };
  } catch {
    // What needs Redis says so; the rest works without.
    return undefined;
  }
}

function deadline(clock: Clock, ms: number): AbortSignal {
  const late = new AbortController();
  clock.after(ms, () => late.abort());
  return late.signal;
}

function withoutRedis(what: string, { redis }: Config): OperatorError {
  return new OperatorError({
    reason: redis === undefined ? 'invalid' : 'unreachable',
    what: `Cannot ${what}`,
    why: redis === undefined ? 'no Redis is configured' : 'Redis does not answer',
    next: redis === undefined ? 'Set redis.url in the configuration, or REDIS_URL.' : '`meshwarden doctor` tries it.',
  });
}
