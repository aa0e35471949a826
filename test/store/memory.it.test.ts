import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster, Redis } from 'ioredis';
import { createBotBackoff } from '../../src/store/bot-backoff.ts';
import { connectRedis, whenReady, type RedisConnections } from '../../src/store/connection.ts';
import { KEYS } from '../../src/store/keys.ts';
import { createCaMemory, createProblemHistory, createSlots } from '../../src/store/memory.ts';
import { createPendingReplies } from '../../src/store/replies.ts';
import { logLines } from '../core/log-lines.ts';
import { targetOf, testRedis, type TestRedis } from './redis.ts';

let server: TestRedis;
let connections: RedisConnections;
let redis: Redis | Cluster;

beforeAll(async () => {
  server = await testRedis();
  connections = connectRedis(targetOf(server), logLines().log);
  redis = connections.open('prompt');
  await whenReady(redis, AbortSignal.timeout(5_000));
});

afterAll(async () => {
  connections.close();
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await redis.flushall();
});

describe('what was last seen of the authority', () => {
  const nothing = { certificates: {}, told: {} };
  const seen = {
    certificates: { root: { notBefore: 1, notAfter: 2 }, 'cluster-a': { notBefore: 3, notAfter: 4 } },
    told: { 'renewal|cluster-a': { id: 'ca-overdue.cluster-a.4', said: 'renewal is overdue', since: 4 } },
  };

  it('is nothing at first, then what was written', async () => {
    const memory = createCaMemory(redis);

    const first = await memory.read();
    await memory.write(seen);

    expect([first, await memory.read()]).toEqual([nothing, seen]);
  });

  it.each(['no JSON', '{"certificates":{"root":{"notBefore":"yesterday"}},"told":{}}', '{"root":{"notBefore":1,"notAfter":2}}', '[]', '1'])(
    'is nothing where it cannot be read: %s',
    async (text) => {
      await redis.set('{meshwarden}:ca-memory', text);

      expect(await createCaMemory(redis).read()).toEqual(nothing);
    },
  );
});

describe('since when problems are there', () => {
  it('forgets problems of one kind without those of another', async () => {
    const history = createProblemHistory(redis);
    const refusals = createProblemHistory(redis, KEYS.refusals);
    await history.record(['kept'], 100, false);
    await refusals.record(['over'], 100, false);

    await refusals.record([], 200, true);

    expect([...(await history.record(['kept'], 300, false)), ...(await refusals.record(['over'], 300, false))]).toEqual([
      ['kept', 100],
      ['over', 300],
    ]);
  });

  it('keeps the first instant, however often a problem is seen', async () => {
    const history = createProblemHistory(redis);

    const first = await history.record(['a', 'b'], 100, true);
    const second = await history.record(['b', 'a', 'c'], 200, true);

    expect([...first]).toEqual([
      ['a', 100],
      ['b', 100],
    ]);
    expect([...second]).toEqual([
      ['b', 100],
      ['a', 100],
      ['c', 200],
    ]);
  });

  it('forgets what is over, and only where all was looked at', async () => {
    const history = createProblemHistory(redis);
    await history.record(['a', 'b'], 100, true);

    await history.record(['b'], 200, false);
    const kept = await history.record(['a'], 300, true);
    const back = await history.record(['a', 'b'], 400, true);

    expect([...kept]).toEqual([['a', 100]]);
    expect([...back]).toEqual([
      ['a', 100],
      ['b', 400],
    ]);
  });

  it('forgets all where nothing is wrong', async () => {
    const history = createProblemHistory(redis);
    await history.record(['a'], 100, true);

    const none = await history.record([], 200, true);

    expect([...none]).toEqual([]);
    expect(await redis.keys('*')).toEqual([]);
  });
});

describe('slots', () => {
  it('are kept by schedule', async () => {
    const slots = createSlots(redis);

    await slots.enqueued('observe-mesh', 60_000);
    await slots.enqueued('observe-mesh', 120_000);

    expect([await slots.last('observe-mesh'), await slots.last('check-ca-expiry')]).toEqual([120_000, undefined]);
  });

  it('are unknown where they cannot be read', async () => {
    await redis.hset('{meshwarden}:slots', 'observe-mesh', 'noon');

    expect(await createSlots(redis).last('observe-mesh')).toBeUndefined();
  });
});

describe('the back-off of the bot', () => {
  it('is kept', async () => {
    const backoff = createBotBackoff(redis);

    const first = await backoff.read();
    await backoff.write({ failures: 3, notBefore: 9_000 });

    expect([first, await backoff.read()]).toEqual([undefined, { failures: 3, notBefore: 9_000 }]);
  });

  it.each(['no JSON', '{}'])('is unknown where it cannot be read: %s', async (text) => {
    await redis.set('{meshwarden}:bot-backoff', text);

    expect(await createBotBackoff(redis).read()).toBeUndefined();
  });
});

describe('messages that wait for a job', () => {
  const reply = { jobId: '1', kind: 'status', channel: '10', message: '20', user: '30', at: 5 };

  it('are kept until they are done', async () => {
    const replies = createPendingReplies(redis);

    await replies.add(reply);
    await replies.add({ ...reply, jobId: '2' });
    await replies.add(reply);
    await replies.remove('2');
    await replies.remove('2');

    expect(await replies.all()).toEqual([reply]);
  });

  it('are passed over where they cannot be read, and the others are not', async () => {
    const replies = createPendingReplies(redis);
    await replies.add(reply);
    await redis.hset('{meshwarden}:replies', { 7: 'no JSON', 8: '{"jobId":"8"}' });

    expect(await replies.all()).toEqual([reply]);
  });
});
