import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { NOTHING_SEEN, type CaMemory } from '../mesh/ca-notices.ts';
import { redisError } from './connection.ts';
import { KEYS } from './keys.ts';
import { parseKept } from './parse.ts';

const Memory = z.object({
  certificates: z.record(z.string(), z.object({ notBefore: z.number(), notAfter: z.number() })),
  told: z.record(z.string(), z.object({ id: z.string(), said: z.string(), since: z.number() })),
});

/** What was last seen of the authority. A content that cannot be read counts as nothing remembered: the next look fills it again. */
export function createCaMemory(redis: Redis | Cluster): { read(): Promise<CaMemory>; write(memory: CaMemory): Promise<void> } {
  return {
    async read() {
      try {
        return parseKept(Memory, await redis.get(KEYS.caMemory)) ?? NOTHING_SEEN;
      } catch (error) {
        throw redisError('Cannot read what was last seen of the authority', error);
      }
    },
    async write(memory) {
      try {
        await redis.set(KEYS.caMemory, JSON.stringify(memory));
      } catch (error) {
        throw redisError('Cannot keep what was seen of the authority', error);
      }
    },
  };
}

const RECORD = `
local now = ARGV[1]
local there = {}
local out = {}
for i = 3, #ARGV do
  there[ARGV[i]] = true
  redis.call('HSETNX', KEYS[1], ARGV[i], now)
  out[i - 2] = redis.call('HGET', KEYS[1], ARGV[i])
end
if ARGV[2] == '1' then
  for _, key in ipairs(redis.call('HKEYS', KEYS[1])) do
    if not there[key] then redis.call('HDEL', KEYS[1], key) end
  end
end
return out`;

/** Since when each problem is there. `key`: which problems, for those of one kind are forgotten without the others. */
export function createProblemHistory(
  redis: Redis | Cluster,
  key: string = KEYS.problems,
): {
  record(keys: readonly string[], now: number, forget: boolean): Promise<ReadonlyMap<string, number>>;
} {
  return {
    async record(keys, now, forget) {
      try {
        const since = (await redis.eval(RECORD, 1, key, now, forget ? '1' : '0', ...keys)) as readonly string[];
        return new Map(keys.map((key, index) => [key, Number(since[index])]));
      } catch (error) {
        throw redisError('Cannot keep count of problems', error);
      }
    },
  };
}

const Slot = z.number();

/** The last slot of each schedule that was enqueued, in UTC milliseconds. */
export function createSlots(redis: Redis | Cluster): {
  last(name: string): Promise<number | undefined>;
  enqueued(name: string, slot: number): Promise<void>;
} {
  return {
    async last(name) {
      try {
        return parseKept(Slot, await redis.hget(KEYS.slots, name));
      } catch (error) {
        throw redisError('Cannot read when a schedule last ran', error);
      }
    },
    async enqueued(name, slot) {
      try {
        await redis.hset(KEYS.slots, name, slot);
      } catch (error) {
        throw redisError('Cannot keep when a schedule ran', error);
      }
    },
  };
}
