import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster, Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisConnections } from '../../src/store/connection.ts';
import { createOutbox, type OutboxStore } from '../../src/store/outbox.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis, type TestRedis } from './redis.ts';

interface News {
  readonly id: string;
  readonly text: string;
}

const LEASE_MS = 30_000;
let server: TestRedis;
let connections: RedisConnections;
let redis: Redis | Cluster;
let outbox: OutboxStore<News>;
let other: OutboxStore<News>;

beforeAll(async () => {
  server = await testRedis();
  connections = connectRedis(targetOf(server), logLines().log);
  redis = connections.open('prompt');
  const second = connections.open('prompt');
  await Promise.all([redis, second].map((one) => whenReady(one, AbortSignal.timeout(5_000))));
  outbox = createOutbox<News>(redis);
  other = createOutbox<News>(second);
});

afterAll(async () => {
  connections.close();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await redis.flushall();
});

const news = (id: string): News => ({ id, text: `text of ${id}` });

describe('the outbox', () => {
  it('gives what was put in, once, with a nonce of its own', async () => {
    await outbox.add(news('a'), 1_000);

    const entry = await outbox.claim(1_000, LEASE_MS);
    const again = await outbox.claim(1_000, LEASE_MS);

    expect(entry).toEqual({ id: 'a', notice: news('a'), at: 1_000, nonce: entry?.nonce, attempt: 1 });
    expect(entry?.nonce).toMatch(/^[\w-]{24}$/);
    expect(again).toBeUndefined();
  });

  it('takes the same news once, though it was told long ago', async () => {
    const first = await outbox.add(news('a'), 1_000);
    const waiting = await other.add(news('a'), 2_000);
    const entry = await outbox.claim(3_000, LEASE_MS);
    await outbox.done(entry?.id ?? '', 'message-1');
    const told = await other.add(news('a'), 4_000);

    expect([first, waiting, told]).toEqual(['added', 'known', 'known']);
    expect(await outbox.claim(9e12, LEASE_MS)).toBeUndefined();
    expect(await outbox.depth()).toBe(0);
  });

  it('takes the same news once from many at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? outbox : other).add(news('a'), index)));

    expect(answers.toSorted()).toEqual(['added', ...Array.from({ length: 49 }, () => 'known')]);
    expect(await outbox.depth()).toBe(1);
  });

  it('gives each entry to one of many at the same time', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`);
    for (const id of ids) await outbox.add(news(id), 1_000);

    const claimed = await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? outbox : other).claim(1_000, LEASE_MS)));

    expect(claimed.flatMap((entry) => entry?.id ?? []).toSorted()).toEqual(ids.toSorted());
  });

  it('gives the oldest first', async () => {
    await outbox.add(news('second'), 2_000);
    await outbox.add(news('first'), 1_000);
    await outbox.add(news('third'), 3_000);

    const order = [];
    for (let count = 0; count < 3; count += 1) order.push((await outbox.claim(5_000, LEASE_MS))?.id);

    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('gives an entry again when whoever took it says nothing, with the same nonce', async () => {
    await outbox.add(news('a'), 1_000);
    const first = await outbox.claim(1_000, LEASE_MS);

    const early = await other.claim(1_000 + LEASE_MS - 1, LEASE_MS);
    const second = await other.claim(1_000 + LEASE_MS, LEASE_MS);

    expect(early).toBeUndefined();
    expect(second).toEqual({ ...first, attempt: 2 });
  });

  it('waits longer after each failure, and as long as Discord asks', async () => {
    await outbox.add(news('a'), 0);
    const due = [];
    let now = 0;
    for (let count = 0; count < 10; count += 1) {
      const entry = await outbox.claim(now, LEASE_MS);
      if (entry === undefined) throw new Error('nothing to claim');
      const next = await outbox.retry(entry, now);
      due.push(next - now);
      now = next;
    }
    const entry = await outbox.claim(now, LEASE_MS);
    if (entry === undefined) throw new Error('nothing to claim');
    const asked = await outbox.retry(entry, now, 7_500);

    expect(due).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
    expect(asked - now).toBe(7_500);
    expect(await outbox.nextDue()).toBe(asked);
  });

  it('does not bring back what was done meanwhile', async () => {
    await outbox.add(news('a'), 0);
    const entry = await outbox.claim(0, LEASE_MS);
    if (entry === undefined) throw new Error('nothing to claim');

    await other.done('a', 'message-1');
    await outbox.retry(entry, 0);

    expect([await outbox.depth(), await outbox.nextDue(), await outbox.claim(9e12, LEASE_MS)]).toEqual([0, undefined, undefined]);
  });

  it('is done twice as once', async () => {
    await outbox.add(news('a'), 0);
    await outbox.add(news('b'), 1);
    await outbox.claim(0, LEASE_MS);

    await outbox.done('a', 'message-1');
    await outbox.done('a', 'message-1');

    expect((await other.claim(5, LEASE_MS))?.id).toBe('b');
  });

  it('passes over an entry whose text was lost', async () => {
    await outbox.add(news('a'), 0);
    await outbox.add(news('b'), 1);
    await redis.hdel('{meshwarden}:outbox:entries', 'a');

    const lost = await outbox.claim(5, LEASE_MS);
    const next = await outbox.claim(5, LEASE_MS);

    expect([lost, next?.id, await outbox.depth()]).toEqual([undefined, 'b', 1]);
  });
});
