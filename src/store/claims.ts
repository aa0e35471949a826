import type { Cluster, Redis } from 'ioredis';
import { redisError } from './connection.ts';
import { KEYS } from './keys.ts';

/** How long a claim is kept: longer than Discord delivers an interaction again after a connection was cut. */
const KEPT_MS = 5 * 60_000;

/** Of several bots, the first to claim an interaction answers it. */
export function createClaims(redis: Redis | Cluster): {
  /** True for whoever asks first. */
  take(id: string): Promise<boolean>;
} {
  return {
    async take(id) {
      try {
        return (await redis.set(`${KEYS.claims}${id}`, '', 'PX', KEPT_MS, 'NX')) === 'OK';
      } catch (error) {
        throw redisError('Cannot claim an interaction', error);
      }
    },
  };
}
