import { describe, expect, it } from 'vitest';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { startSchedules, type Schedules, type SlotMemory } from '../../src/jobs/schedules.ts';
import type { AnyJob } from '../../src/jobs/job.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { createSlots } from '../../src/store/memory.ts';
import { logLines, type LogLines } from '../core/log-lines.ts';
import { targetOf, testRedis } from '../store/redis.ts';
import { stage, testJob } from './stage.ts';

interface Submitted {
  readonly name: string;
  readonly id: string | undefined;
}

interface Bench extends AsyncDisposable {
  readonly schedules: Schedules;
  readonly submitted: readonly Submitted[];
  readonly lines: LogLines;
  /** Resolves with the next jobs that are put in, so many of them. */
  next(count: number): Promise<readonly Submitted[]>;
  /** What the queue does from now on: undefined = it takes jobs. */
  fail(error: Error | undefined): void;
}

interface BenchOptions {
  readonly jobs: readonly AnyJob[];
  readonly expressions?: Readonly<Record<string, string>>;
  readonly slots?: SlotMemory;
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  readonly clock?: LabClock;
}

function memory(known: Readonly<Record<string, number>> = {}): SlotMemory {
  const slots = new Map(Object.entries(known));
  return {
    last: (name) => Promise.resolve(slots.get(name)),
    enqueued: (name, slot) => Promise.resolve(void slots.set(name, slot)),
  };
}

function bench({
  jobs,
  expressions = {},
  slots = memory(),
  ready = () => Promise.resolve(),
  clock = createLabClock(),
}: BenchOptions): Bench {
  const submitted: Submitted[] = [];
  const lines = logLines();
  let fault: Error | undefined;
  let look: () => void = () => undefined;
  const submit = (name: string, _payload: object, id?: string): Promise<string> => {
    if (fault !== undefined) return Promise.reject(fault);
    submitted.push({ name, id });
    look();
    return Promise.resolve(id ?? '');
  };
  const schedules = startSchedules({ jobs, expressions, submit, slots, ready, clock, log: lines.log });
  return {
    schedules,
    submitted,
    lines,
    fail: (error) => void (fault = error),
    next(count) {
      const from = submitted.length;
      return new Promise((resolve) => {
        look = () => submitted.length >= from + count && resolve(submitted.slice(from));
      });
    },
    [Symbol.asyncDispose]: () => schedules.stop(),
  };
}

const nothing = (): Promise<void> => Promise.resolve();
const everySecond = testJob('tick', nothing, { cron: '* * * * * *' });
const hourly = testJob('hourly', nothing, { cron: '0 * * * *', onMissed: 'runOnce' });
const HOUR = 3_600_000;
const away = new OperatorError({ reason: 'unreachable', what: 'Cannot queue', where: 'Redis' });
const thisHour = (): number => Math.floor(Date.now() / HOUR) * HOUR;

describe('schedules', () => {
  it('put a job in at each slot, under its name and slot', async () => {
    await using parts = bench({ jobs: [everySecond] });

    const [first, second] = await parts.next(2);

    expect(first?.id).toMatch(/^tick-\d{8}T\d{6}Z$/);
    expect(second?.id).toMatch(/^tick-\d{8}T\d{6}Z$/);
    expect(second?.id).not.toBe(first?.id);
    expect(parts.lines.warnings()).toEqual([]);
  });

  it('are those of the configuration, else those of the jobs; off is off, and a job without one has none', async () => {
    const jobs = [hourly, everySecond, testJob('often', nothing, { cron: '*/2 * * * * *' }), testJob('never', nothing)];
    await using parts = bench({
      jobs,
      expressions: { tick: 'off', often: '30 15 3 * * *', never: '* * * * *' },
      slots: memory({ hourly: Date.now() }),
    });

    const next = parts.schedules.next();

    expect(next.map(({ name, cron }) => ({ name, cron }))).toEqual([
      { name: 'hourly', cron: '0 * * * *' },
      { name: 'often', cron: '30 15 3 * * *' },
    ]);
    expect(next.map(({ at }) => new Date(at ?? 0).toISOString().slice(13))).toEqual([':00:00.000Z', ':15:30.000Z']);
    expect(new Date(next[1]?.at ?? 0).getUTCHours()).toBe(3);
  });

  it('make up once for all that was missed while nothing ran', async () => {
    const slots = memory({ hourly: thisHour() - 30 * HOUR });
    await using parts = bench({ jobs: [hourly], slots });

    const [caught] = await parts.next(1);

    expect(caught?.id).toMatch(/^hourly-\d{8}T\d{2}0000Z$/);
    expect(parts.submitted).toHaveLength(1);
  });

  it('do not make up for a job that does not want it, nor where nothing was missed', async () => {
    const skipped = testJob('skipped', nothing, { cron: '0 * * * *' });
    await using parts = bench({ jobs: [skipped, hourly, everySecond], slots: memory({ skipped: 0, hourly: Date.now() }) });

    await parts.next(1);

    expect(new Set(parts.submitted.map(({ name }) => name))).toEqual(new Set(['tick']));
  });

  it('make up as soon as Redis answers, not before', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using parts = bench({ jobs: [hourly, everySecond], ready: () => promise });
    await parts.next(1);
    const before = parts.submitted.filter(({ name }) => name === 'hourly').length;

    resolve();
    await parts.next(1);

    expect(before).toBe(0);
    expect(parts.submitted.filter(({ name }) => name === 'hourly')).toHaveLength(1);
  });

  it('tell once that a job cannot be put in, and that it can again', async () => {
    await using parts = bench({ jobs: [everySecond] });
    parts.fail(away);
    await parts.lines.line('a scheduled job could not be queued; later ones are tried');
    await parts.lines.line('a scheduled job could still not be queued');

    parts.fail(undefined);
    await parts.lines.line('a scheduled job is queued again');

    expect(parts.lines.warnings()).toEqual(['a scheduled job could not be queued; later ones are tried']);
    expect(await parts.lines.line('a scheduled job could not be queued; later ones are tried')).toMatchObject({
      component: 'schedules',
      job: 'tick',
      reason: 'unreachable',
      why: 'Cannot queue (Redis)',
    });
  });

  it('make up for a slot in an outage when Redis is back, where the job wants it', async () => {
    const wanted = testJob('wanted', nothing, { cron: '*/2 * * * * *', onMissed: 'runOnce' });
    let answers: () => void = () => undefined;
    let asked = 0;
    const ready = (): Promise<void> => {
      asked += 1;
      return asked === 1 ? Promise.resolve() : new Promise((resolve) => (answers = resolve));
    };
    const slots = memory({ wanted: Date.now() + 1_000 });
    await using parts = bench({ jobs: [wanted], slots, ready });
    parts.fail(away);
    await parts.lines.line('a scheduled job could not be queued; later ones are tried');

    parts.fail(undefined);
    answers();
    const [made] = await parts.next(1);

    expect(made?.name).toBe('wanted');
  });

  it('start anew when the clock jumps', async () => {
    const clock = createLabClock();
    await using parts = bench({ jobs: [hourly], slots: memory({ hourly: Date.now() }), clock });

    const next = parts.next(1);

    clock.advance(40 * 24 * HOUR);

    expect(await parts.lines.line('the clock jumped; schedules start anew from where it is now')).toMatchObject({ component: 'schedules' });
    expect((await next).map(({ name }) => name)).toEqual(['hourly']);
  });

  it('put nothing in once they are stopped', async () => {
    const parts = bench({ jobs: [everySecond] });
    await parts.next(1);

    await parts.schedules.stop();
    await parts.schedules.stop();

    const count = parts.submitted.length;
    await using other = bench({ jobs: [everySecond] });
    await other.next(2);
    expect(parts.submitted).toHaveLength(count);
  });
});

it('a slot fires once, however many schedulers and workers run', async () => {
  await using redis = await testRedis();
  const ran: string[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const counting = testJob('counting', (_input, { log: _log }) => {
    ran.push('run');
    if (ran.length === 3) resolve();
    return Promise.resolve();
  });
  const job = { ...counting, schedule: { cron: '* * * * * *', onMissed: 'skip' as const } };
  const stages = await Promise.all([1, 2, 3].map(() => stage(redis, [job])));
  const lines = logLines();
  const connections = connectRedis(targetOf(redis), lines.log);
  const prompt = connections.open('prompt');
  await whenReady(prompt, AbortSignal.timeout(5_000));
  const ids = new Set<string>();
  const schedulers = stages.map(({ queue }) =>
    startSchedules({
      jobs: [job],
      expressions: {},
      submit: async (name, payload, id) => {
        ids.add(id ?? '');
        return queue.submit(name, payload, id);
      },
      slots: createSlots(prompt),
      ready: (signal) => whenReady(prompt, signal),
      clock: createLabClock(),
      log: lines.log,
    }),
  );
  for (const parts of stages) parts.worker();

  await enough;
  for (const scheduler of schedulers) await scheduler.stop();
  for (const parts of stages) await parts[Symbol.asyncDispose]();
  const last = await createSlots(prompt).last('counting');
  connections.close();

  expect(ran.length).toBe(ids.size);
  expect(last).toBeGreaterThan(0);
});
