import type { Cluster, Redis } from 'ioredis';
import { HOUR, SECOND } from '../core/duration.ts';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';

/** A vantage that said nothing for so long does not measure. Clocks of two machines may differ by some seconds. */
export const VANTAGE_TTL_MS = 20 * SECOND;

/** Which vantages measure. */
export interface Vantages {
  beat(vantage: string, now: number): Promise<void>;
  /** Those that said so of late, sorted. */
  alive(now: number): Promise<readonly string[]>;
}

export function createVantages(redis: Redis | Cluster): Vantages {
  const { vantages: key } = KEYS;
  return {
    async beat(vantage, now) {
      await throughRedis('Cannot say that this worker measures', async () => {
        await redis.zadd(key, String(now), vantage);
        await redis.zremrangebyscore(key, '-inf', String(now - HOUR));
      });
    },
    async alive(now) {
      // One that is far ahead is what a clock left behind that was set back since.
      const bounds = [String(now - VANTAGE_TTL_MS), String(now + VANTAGE_TTL_MS)] as const;
      return (await throughRedis('Cannot read who measures', () => redis.zrangebyscore(key, ...bounds))).toSorted();
    },
  };
}
