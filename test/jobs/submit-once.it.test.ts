import { afterAll, beforeAll, expect, it } from 'vitest';
import { testRedis, type TestRedis } from '../store/redis.ts';
import { gate, stage, testJob } from './stage.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

it('of many changes while one is worked on, one more run follows: the last', async () => {
  const ran: unknown[] = [];
  const begun = gate();
  const goOn = gate();
  const second = gate();
  const job = testJob('distributes', async ({ change }) => {
    ran.push(change);
    if (ran.length === 2) second.open();
    begun.open();
    await goOn.passed;
  });
  await using parts = await stage(redis, [job]);
  parts.worker();
  const submit = (change: number): Promise<string> => parts.queue.submitOnce('distributes', { change }, 'on-change');

  await submit(1);
  await begun.passed;
  for (const change of [2, 3, 4]) await submit(change);
  expect(ran).toEqual([1]);
  goOn.open();
  await second.passed;

  const last = await submit(5);
  await parts.queue.outcome(last, AbortSignal.timeout(10_000));
  expect(ran.slice(0, 2)).toEqual([1, 4]);
  expect(ran.at(-1)).toBe(5);
});
