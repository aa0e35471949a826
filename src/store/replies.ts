import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { redisError } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';

/** A message of the bot that waits for a job: enough to finish it after a restart. Holds no interaction token. */
const Reply = z.object({
  jobId: z.string(),
  kind: z.string(),
  channel: z.string(),
  message: z.string(),
  /** Who asked. */
  user: z.string(),
  at: z.number(),
});
export type PendingReply = z.infer<typeof Reply>;

export interface PendingReplies {
  add(reply: PendingReply): Promise<void>;
  remove(jobId: string): Promise<void>;
  /** Those that can be read; what another version left is passed over. */
  all(): Promise<readonly PendingReply[]>;
}

export function createPendingReplies(redis: Redis | Cluster): PendingReplies {
  return {
    async add(reply) {
      try {
        await redis.hset(KEYS.replies, reply.jobId, JSON.stringify(reply));
      } catch (error) {
        throw redisError('Cannot keep which message waits for a job', error);
      }
    },
    async remove(jobId) {
      try {
        await redis.hdel(KEYS.replies, jobId);
      } catch (error) {
        throw redisError('Cannot forget a finished message', error);
      }
    },
    async all() {
      try {
        const texts = await redis.hvals(KEYS.replies);
        return texts.flatMap((text) => parseKept(Reply, text) ?? []);
      } catch (error) {
        throw redisError('Cannot read which messages wait for a job', error);
      }
    },
  };
}
