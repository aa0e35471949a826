import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { redisError } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';

const Backoff = z.object({ failures: z.number().int().nonnegative(), notBefore: z.number() });
export type BotBackoff = z.infer<typeof Backoff>;

/** How often the bot failed in a row and when it may try again: kept, since Discord counts log-ins over restarts. */
export function createBotBackoff(redis: Redis | Cluster): {
  read(): Promise<BotBackoff | undefined>;
  write(backoff: BotBackoff): Promise<void>;
} {
  return {
    async read() {
      try {
        return parseKept(Backoff, await redis.get(KEYS.botBackoff));
      } catch (error) {
        throw redisError('Cannot read when the bot may log in again', error);
      }
    },
    async write(backoff) {
      try {
        await redis.set(KEYS.botBackoff, JSON.stringify(backoff));
      } catch (error) {
        throw redisError('Cannot keep when the bot may log in again', error);
      }
    },
  };
}
