import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { DAY } from '../core/duration.ts';
import { throughRedis } from './connection.ts';
import { KEYS } from './keys.ts';

/** How long the id of a notice is remembered, so that the same news is not told again. */
const REMEMBERED_MS = 90 * DAY;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 5 * 60_000;

/** One notice on its way. `nonce` is the same at every try, so that Discord drops a second copy of one it already took. */
export interface OutboxEntry<Notice> {
  readonly id: string;
  readonly notice: Notice;
  readonly at: number;
  readonly nonce: string;
  /** Tries so far, this one included. */
  readonly attempt: number;
}

const ADD = `
if redis.call('SET', KEYS[3], '', 'NX', 'PX', ARGV[4]) == false then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1`;

const CLAIM = `
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 1)
if #due == 0 then return false end
local body = redis.call('HGET', KEYS[1], due[1])
if not body then
  redis.call('ZREM', KEYS[2], due[1])
  return false
end
redis.call('ZADD', KEYS[2], ARGV[2], due[1])
return {due[1], body, redis.call('HINCRBY', KEYS[1], due[1] .. ':attempts', 1)}`;

const DONE = `
redis.call('HDEL', KEYS[1], ARGV[1], ARGV[1] .. ':attempts')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SET', KEYS[3], ARGV[2], 'XX', 'KEEPTTL')
return 1`;

/**
 * News on their way to a channel: at least once out of here, once in the channel. A claimed entry comes back by itself when whoever claimed it
 * does not say within `leaseMs` that it is done.
 */
export interface OutboxStore<Notice extends { readonly id: string }> {
  add(notice: Notice, now: number): Promise<'added' | 'known'>;
  claim(now: number, leaseMs: number): Promise<OutboxEntry<Notice> | undefined>;
  done(id: string, messageId: string): Promise<void>;
  /** The message that a notice became; undefined where it was never posted, or is forgotten. */
  messageOf(id: string): Promise<string | undefined>;
  /** Puts a claimed one back for later, the longer the more often it failed. Gives when it is due again. */
  retry(entry: OutboxEntry<Notice>, now: number, afterMs?: number): Promise<number>;
  /** How many wait. */
  depth(): Promise<number>;
  /** When the next one is due, in UTC milliseconds. */
  nextDue(): Promise<number | undefined>;
}

export function createOutbox<Notice extends { readonly id: string }>(redis: Redis | Cluster): OutboxStore<Notice> {
  const { outboxEntries: entries, outboxDue: due, outboxKnown: known } = KEYS;
  return {
    async add(notice, now) {
      const body = JSON.stringify({ notice, at: now });
      const added = await throughRedis('Cannot put a notice into the outbox', () =>
        redis.eval(ADD, 3, entries, due, known + notice.id, notice.id, body, now, REMEMBERED_MS),
      );
      return added === 1 ? 'added' : 'known';
    },
    async claim(now, leaseMs) {
      const claimed = await throughRedis('Cannot read the outbox', () => redis.eval(CLAIM, 2, entries, due, now, now + leaseMs));
      if (!Array.isArray(claimed)) return undefined;
      const [id, body, attempt] = claimed.map(String) as [string, string, string];
      const { notice, at } = JSON.parse(body) as { notice: Notice; at: number };
      return { id, notice, at, nonce: nonceOf(id), attempt: Number(attempt) };
    },
    async done(id, messageId) {
      await throughRedis('Cannot clear the outbox', () => redis.eval(DONE, 3, entries, due, known + id, id, messageId));
    },
    async messageOf(id) {
      const message = await throughRedis('Cannot read what a notice became', () => redis.get(known + id));
      return message === null || message === '' ? undefined : message;
    },
    async retry(entry, now, afterMs) {
      const wait = afterMs ?? Math.min(FIRST_RETRY_MS * 2 ** (entry.attempt - 1), LAST_RETRY_MS);
      await throughRedis('Cannot put a notice back', () => redis.zadd(due, 'XX', String(now + wait), entry.id));
      return now + wait;
    },
    depth: () => throughRedis('Cannot count the outbox', () => redis.zcard(due)),
    async nextDue() {
      const [first] = await throughRedis('Cannot read the outbox', () => redis.zrange(due, '0', '0'));
      const score = first === undefined ? null : await throughRedis('Cannot read the outbox', () => redis.zscore(due, first));
      return score === null ? undefined : Number(score);
    },
  };
}

/** At most 25 characters, Discord's limit for a nonce; the same id gives the same nonce. */
function nonceOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 24);
}
