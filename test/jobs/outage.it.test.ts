import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testRedis } from '../store/redis.ts';
import { gate, stage, testJob } from './stage.ts';

const forever = new AbortController().signal;
const AWAY = 'Start Redis or correct redis.url: jobs go on where they stopped. Until then use `meshwarden status` on the command line.';

describe('while Redis is away', () => {
  it('a job cannot be put in, and that is told at once; it can be when it is back', async () => {
    await using redis = await testRedis();
    await using parts = await stage(redis, [testJob('late', () => Promise.resolve('done'))]);
    parts.worker();
    await redis.kill();
    await parts.lines.line('Redis is away; trying again until it is back');

    await expect(parts.queue.submit('late', {})).rejects.toMatchObject({
      reason: 'unreachable',
      message: 'Cannot queue late (Redis): it does not answer',
      next: AWAY,
    });
    await redis.start();
    await parts.ready();
    const outcome = await parts.queue.outcome(await parts.queue.submit('late', {}), forever);

    expect(outcome).toEqual({ ok: true, value: 'done' });
    expect(parts.lines.warnings()).toEqual(['Redis is away; trying again until it is back']);
  });

  it('frozen, it is not waited for', async () => {
    await using redis = await testRedis();
    await using parts = await stage(redis, [testJob('late', () => Promise.resolve('done'))]);
    redis.freeze();

    const submitted = parts.queue.submit('late', {}, 'late-1');

    await expect(submitted).rejects.toMatchObject({ message: 'Cannot queue late (Redis): it does not answer' });
    redis.thaw();
    parts.worker();
    // What was put in when nobody answered may have arrived: under the same id it is the same job.
    await parts.queue.submit('late', {}, 'late-1');
    expect(await parts.queue.outcome('late-1', forever)).toEqual({ ok: true, value: 'done' });
  });

  it('frozen at the moment at which the queue begins, another begins when it thaws', async () => {
    await using redis = await testRedis();
    await using parts = await stage(redis, [testJob('late', () => Promise.resolve('done'))], false, () => redis.freeze());
    await parts.ready();
    await expect(parts.queue.submit('late', {})).rejects.toMatchObject({ message: 'Cannot queue late (Redis): it does not answer' });
    redis.thaw();
    parts.worker();

    const taken = async (): Promise<unknown> => (await Promise.allSettled([parts.queue.submit('late', {}, 'late-1')]))[0].status;
    await expect.poll(taken, { timeout: 10_000 }).toBe('fulfilled');
    expect(await parts.queue.outcome('late-1', forever)).toEqual({ ok: true, value: 'done' });
  });

  it.each(['kill', 'stop', 'freeze'] as const)('a running job goes on, and whoever waits hears of its end (%s)', async (how) => {
    await using redis = await testRedis('--appendfsync', 'always');
    const running = gate();
    const end = gate();
    let runs = 0;
    const job = testJob('long', async () => {
      runs += 1;
      running.open();
      await end.passed;
      return 'done';
    });
    await using parts = await stage(redis, [job]);
    parts.worker();
    const id = await parts.queue.submit('long', {});
    const waiting = parts.queue.outcome(id, forever);
    await running.passed;

    await redis[how]();
    end.open();
    if (how === 'freeze') redis.thaw();
    else await redis.start();

    expect(await waiting).toEqual({ ok: true, value: 'done' });
    expect(runs).toBe(1);
  });

  it('a worker that starts before Redis begins when it comes', async () => {
    await using redis = await testRedis();
    await redis.stop();
    await using parts = await stage(redis, [testJob('early', () => Promise.resolve('done'))], false);
    parts.worker();
    await parts.lines.line('Redis is away; trying again until it is back');

    await expect(parts.queue.submit('early', {})).rejects.toMatchObject({ reason: 'unreachable' });
    await redis.start();
    await parts.ready();

    expect(await parts.queue.outcome(await parts.queue.submit('early', {}), forever)).toEqual({ ok: true, value: 'done' });
    expect(parts.lines.warnings()).toEqual(['Redis is away; trying again until it is back']);
  });

  it.each(['stop', 'freeze'] as const)('a worker still ends (%s)', async (how) => {
    await using redis = await testRedis();
    const parts = await stage(redis, [testJob('any', () => Promise.resolve())]);
    const worker = parts.worker();
    await parts.queue.outcome(await parts.queue.submit('any', {}), forever);
    await redis[how]();

    await worker.close(100);
    await parts[Symbol.asyncDispose]();

    expect(parts.lines.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    redis.thaw();
  });
});

it('the job of a worker that was killed is run by another', async () => {
  await using redis = await testRedis();
  await using parts = await stage(redis, [testJob('hangs', () => Promise.resolve('by another'))]);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-worker.ts'), String(redis.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const id = await parts.queue.submit('hangs', {});
  await once(child.stdout, 'data');

  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  parts.worker({ lockMs: 400 });

  expect(await parts.queue.outcome(id, forever)).toEqual({ ok: true, value: 'by another' });
  expect(parts.lines.warnings()).toEqual(['a job stalled and is run again']);
});
