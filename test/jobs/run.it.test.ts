import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/core/errors.ts';
import type { JobOutcome } from '../../src/jobs/queue.ts';
import { testRedis, type TestRedis } from '../store/redis.ts';
import { gate, stage, testJob } from './stage.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

const forever = new AbortController().signal;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

describe('a job', () => {
  it('is taken, tells what it does, and gives its result', async () => {
    const started = gate();
    const job = testJob('says', async ({ name }, { progress }) => {
      await started.passed;
      progress('Looking');
      return { hello: name, nothing: null };
    });
    await using parts = await stage(redis, [job]);
    parts.worker();
    const heard: string[] = [];
    const progress = gate();
    const listener = {
      started: () => {
        heard.push('started');
        started.open();
      },
      progress: (text: string) => {
        heard.push(text);
        progress.open();
      },
    };

    const id = await parts.queue.submit('says', { name: 'mesh' });
    const outcome = await parts.queue.outcome(id, forever, listener);
    await progress.passed;

    expect(outcome).toEqual({ ok: true, value: { hello: 'mesh', nothing: null } });
    expect(await parts.queue.result(id)).toEqual(outcome);
    // Whoever asks after a worker took it hears no start.
    expect(heard.at(-1)).toBe('Looking');
    expect(parts.lines.warnings()).toEqual([]);
  });

  it('tells who asks late how far it is', async () => {
    const told = gate<string>();
    const late = gate<string>();
    const end = gate();
    const job = testJob('looks', async (_, { progress }) => {
      progress('Looking');
      await end.passed;
      return 'done';
    });
    await using parts = await stage(redis, [job]);
    parts.worker();
    const id = await parts.queue.submit('looks', {});
    const first = parts.queue.outcome(id, AbortSignal.timeout(10_000), { progress: (text) => told.open(text) });
    await told.passed;

    const second = parts.queue.outcome(id, AbortSignal.timeout(10_000), { progress: (text) => late.open(text) });

    expect(await Promise.race([late.passed, second])).toBe('Looking');
    end.open();
    expect(await Promise.all([first, second])).toEqual([
      { ok: true, value: 'done' },
      { ok: true, value: 'done' },
    ]);
  });

  it('is tried again where that may help, until it succeeds', async () => {
    let runs = 0;
    const job = testJob(
      'shaky',
      () => {
        runs += 1;
        if (runs < 3) throw new OperatorError({ reason: 'unreachable', what: 'Nobody there' });
        return Promise.resolve(runs);
      },
      { attempts: 5 },
    );
    await using parts = await stage(redis, [job]);
    parts.worker();

    const outcome = await parts.queue.outcome(await parts.queue.submit('shaky', {}), forever);

    expect(outcome).toEqual({ ok: true, value: 3 });
  });

  it('ends with its last failure where trying again did not help', async () => {
    let runs = 0;
    const job = testJob(
      'down',
      () => {
        runs += 1;
        throw new OperatorError({ reason: 'serverError', what: 'Cannot read', where: 'cluster-b', next: `Look at it ${runs} times.` });
      },
      { attempts: 3 },
    );
    await using parts = await stage(redis, [job]);
    parts.worker();

    const outcome = await parts.queue.outcome(await parts.queue.submit('down', {}), forever);

    expect(outcome).toEqual({
      ok: false,
      failure: { reason: 'serverError', message: 'Cannot read (cluster-b)', next: 'Look at it 3 times.' },
    });
  });

  it.each([
    [
      new OperatorError({ reason: 'invalid', what: 'Wrong', next: 'Mend it.' }),
      { reason: 'invalid', message: 'Wrong', next: 'Mend it.' } as const,
    ],
    [
      new TypeError('x is undefined'),
      {
        reason: 'internal',
        message: 'x is undefined',
        next: 'This is a defect of meshwarden: report it with the log of this moment.',
      } as const,
    ],
  ])('is not tried again where that cannot help: %s', async (thrown, failure) => {
    let runs = 0;
    const job = testJob(
      'wrong',
      () => {
        runs += 1;
        throw thrown;
      },
      { attempts: 5 },
    );
    await using parts = await stage(redis, [job]);
    parts.worker();

    const outcome = await parts.queue.outcome(await parts.queue.submit('wrong', {}), forever);

    expect(outcome).toEqual({ ok: false, failure } satisfies JobOutcome);
    expect(runs).toBe(1);
  });

  it('ends at its deadline though it ignores its signal', async () => {
    const job = testJob('stuck', () => new Promise(() => undefined), { deadlineMs: 20 });
    await using parts = await stage(redis, [job]);
    parts.worker();

    const outcome = await parts.queue.outcome(await parts.queue.submit('stuck', {}), forever);

    expect(outcome).toEqual({ ok: false, failure: { reason: 'timeout', message: 'Job stuck: no answer within 20 ms' } });
  });

  it('that nobody knows is refused by its queue', async () => {
    await using parts = await stage(redis, []);

    await expect(parts.queue.submit('unheard-of', {})).rejects.toMatchObject({ reason: 'internal', message: 'No job is named unheard-of' });
  });

  it('that the worker does not know fails with what to do', async () => {
    await using parts = await stage(redis, [testJob('newer', () => Promise.resolve(1), { attempts: 5 })]);
    parts.worker({ jobs: [] });

    const outcome = await parts.queue.outcome(await parts.queue.submit('newer', {}), forever);

    expect(outcome).toEqual({
      ok: false,
      failure: { reason: 'invalid', message: 'No job is named newer', next: 'Run bot, scheduler and workers of the same version.' },
    });
  });

  it('of the same id runs once, however often and by whomever it is put in', async () => {
    let runs = 0;
    const job = testJob('slot', () => {
      runs += 1;
      return Promise.resolve(runs);
    });
    await using parts = await stage(redis, [job]);
    await using others = await stage(redis, [job]);
    parts.worker();
    others.worker();

    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? parts : others).queue.submit('slot', {}, 'slot-1')),
    );
    const outcome = await parts.queue.outcome('slot-1', forever);
    await parts.queue.submit('slot', {}, 'slot-1');
    const later = await parts.queue.outcome(await parts.queue.submit('slot', {}), forever);

    expect(new Set(ids)).toEqual(new Set(['slot-1']));
    expect([outcome, later]).toEqual([
      { ok: true, value: 1 },
      { ok: true, value: 2 },
    ]);
  });

  it('is waited for no longer than somebody wants to', async () => {
    await using parts = await stage(redis, [testJob('never', () => Promise.resolve())]);
    const controller = new AbortController();
    const waiting = parts.queue.outcome(await parts.queue.submit('never', {}, 'never-1'), controller.signal);

    controller.abort('enough');

    await expect(waiting).rejects.toBe('enough');
    await expect(parts.queue.outcome('never-1', AbortSignal.abort('at once'))).rejects.toBe('at once');
    expect(await parts.queue.result('never-1')).toBeUndefined();
    parts.worker();
    await parts.queue.outcome('never-1', forever);
  });

  it('is counted', async () => {
    const running = gate();
    const end = gate();
    const job = testJob('counted', async () => {
      running.open();
      await end.passed;
    });
    await using own = await testRedis();
    await using parts = await stage(own, [job]);
    const before = await parts.queue.counts();
    parts.worker();
    const id = await parts.queue.submit('counted', {});
    await running.passed;

    const during = await parts.queue.counts();
    end.open();
    await parts.queue.outcome(id, forever);

    expect([before, during]).toEqual([
      { waiting: 0, active: 0, failed: 0, workers: 0 },
      { waiting: 0, active: 1, failed: 0, workers: 1 },
    ]);
  });
});

describe('a worker that ends', () => {
  it('lets a running job end, and takes no other', async () => {
    const running = gate();
    const end = gate();
    const job = testJob('slow', async () => {
      running.open();
      await end.passed;
      return 'done';
    });
    await using parts = await stage(redis, [job]);
    const worker = parts.worker();
    const id = await parts.queue.submit('slow', {});
    await running.passed;

    const closed = worker.close(60_000);
    const next = await parts.queue.submit('slow', {});
    end.open();
    await closed;

    expect(await parts.queue.result(id)).toEqual({ ok: true, value: 'done' });
    expect(await parts.queue.result(next)).toBeUndefined();
    parts.worker();
    expect(await parts.queue.outcome(next, forever)).toEqual({ ok: true, value: 'done' });
  });

  it('aborts a job that takes longer than the grace, and another worker runs it', async () => {
    const running = gate<AbortSignal>();
    let runs = 0;
    const job = testJob('long', (_input, { signal }) => {
      runs += 1;
      if (runs > 1) return Promise.resolve(`run ${runs}`);
      running.open(signal);
      return aborted(signal);
    });
    await using parts = await stage(redis, [job]);
    const worker = parts.worker();
    const id = await parts.queue.submit('long', {});
    const signal = await running.passed;

    await worker.close(0);
    const between = await parts.queue.result(id);
    parts.worker();
    const outcome = await parts.queue.outcome(id, forever);

    expect(signal.aborted).toBe(true);
    expect([between, outcome]).toEqual([undefined, { ok: true, value: 'run 2' }]);
    expect(parts.lines.warnings()).toEqual([]);
  });
});
