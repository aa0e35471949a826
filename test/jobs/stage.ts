/** The queue's two sides on a real Redis, with jobs that a test decides. */
import { z } from 'zod';
import type { ChangeContext } from '../../src/actions/changes.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { AnyJob } from '../../src/jobs/job.ts';
import { defineJob } from '../../src/jobs/job.ts';
import { createJobQueue, type JobQueue } from '../../src/jobs/queue.ts';
import { startJobWorker, type JobWorker } from '../../src/jobs/worker.ts';
import { connectRedis, whenReady } from '../../src/store/connection.ts';
import { logLines, type LogLines } from '../core/log-lines.ts';
import { targetOf } from '../store/redis.ts';

type Run = (input: Readonly<Record<string, unknown>>, context: ChangeContext) => Promise<unknown>;

export interface JobShape {
  readonly attempts?: number;
  readonly deadlineMs?: number;
  readonly cron?: string;
  readonly onMissed?: 'skip' | 'runOnce';
}

/** A job that does what the test says. */
export function testJob(id: string, run: Run, { attempts = 1, deadlineMs = 10_000, cron, onMissed = 'skip' }: JobShape = {}): AnyJob {
  const schedule = cron === undefined ? {} : { schedule: { cron, onMissed } };
  const input = z.record(z.string(), z.unknown());
  return defineJob({
    action: { id, role: 'viewer', describe: id, input, run },
    retry: { attempts, backoffMs: 10 },
    deadlineMs,
    ...schedule,
  });
}

export interface Stage extends AsyncDisposable {
  readonly queue: JobQueue;
  readonly lines: LogLines;
  /** Resolves when jobs can be put in. */
  ready(): Promise<void>;
  worker(options?: { readonly jobs?: readonly AnyJob[]; readonly lockMs?: number }): JobWorker;
}

/** A queue that is ready, and workers as they are asked for. `first` happens when Redis has answered and before the queue hears of it. */
export async function stage(redis: { readonly port: number }, jobs: readonly AnyJob[], ready = true, first?: () => void): Promise<Stage> {
  const lines = logLines();
  const connections = connectRedis(targetOf(redis), lines.log);
  const prompt = connections.open('prompt');
  if (first !== undefined) prompt.once('ready', first);
  const queue = createJobQueue({ jobs, prompt, blocking: connections.open('blocking'), clock: systemClock, log: lines.log });
  const workers: JobWorker[] = [];
  const canSubmit = (): Promise<void> => whenReady(prompt, AbortSignal.timeout(10_000));
  if (ready) await canSubmit();
  return {
    queue,
    lines,
    ready: canSubmit,
    worker(options = {}) {
      const worker = startJobWorker({
        jobs,
        connection: connections.open('blocking'),
        // Jobs of a test touch nothing but their signal, their progress and their log.
        context: { clock: systemClock, log: lines.log } as unknown as ChangeContext,
        clock: systemClock,
        log: lines.log,
        concurrency: 2,
        ...options,
      });
      workers.push(worker);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker.close(0);
      await queue.close();
      connections.close();
    },
  };
}

/** A promise that is settled from outside. */
export function gate<T = void>(): { readonly passed: Promise<T>; open(value: T): void } {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { passed: promise, open: resolve };
}
