import { UnrecoverableError, Worker, type ConnectionOptions, type Job } from 'bullmq';
import type { ServiceContext } from '../actions/action.ts';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { isRetryable, toFailure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { failureText, wrap } from './envelope.ts';
import type { AnyJob } from './job.ts';
import { QUEUE, QUEUE_PREFIX } from './queue.ts';

export interface JobWorkerOptions {
  readonly jobs: readonly AnyJob[];
  readonly connection: ConnectionOptions;
  /** Everything an action needs but its signal and its progress, which belong to one run. */
  readonly context: Omit<ServiceContext, 'signal' | 'progress'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many jobs run at a time. */
  readonly concurrency: number;
}

export interface JobWorker {
  /** Takes no new job and waits for those that run, at most `graceMs`; then they are aborted and go back to the queue. */
  close(graceMs: number): Promise<void>;
}

/** Takes jobs off the queue and runs them, each under its deadline. A failure that a retry cannot mend ends the job at once. */
export function startJobWorker({ jobs, connection, context, clock, log, concurrency }: JobWorkerOptions): JobWorker {
  const stopping = new AbortController();

  async function run(job: Job, _token?: string, cancelled?: AbortSignal): Promise<unknown> {
    const known = jobs.find(({ name }) => name === job.name);
    const own = log.child({ component: 'jobs', job: job.name, jobId: job.id });
    if (known === undefined) throw new UnrecoverableError(failureText(unknownJob(job.name)));
    const outer = AbortSignal.any([stopping.signal, ...(cancelled === undefined ? [] : [cancelled])]);
    const progress = (text: string): void =>
      void job.updateProgress(text).catch((error: unknown) => own.debug({ err: error }, 'progress was not told'));
    try {
      const work = (signal: AbortSignal): Promise<unknown> => known.run(job.data, { ...context, log: own, signal, progress });
      return wrap(await withDeadline(clock, known.deadlineMs, `Job ${job.name}`, work, outer));
    } catch (error) {
      const failure = toFailure(error);
      own.warn({ reason: failure.reason, err: error }, 'a job failed');
      throw isRetryable(failure.reason) ? new Error(failureText(failure), { cause: error }) : new UnrecoverableError(failureText(failure));
    }
  }

  const worker = new Worker(QUEUE, run, { connection, prefix: QUEUE_PREFIX, concurrency });
  worker.on('error', (error) => log.debug({ component: 'jobs', err: error }, 'the worker lost Redis'));
  worker.on('stalled', (jobId) => log.warn({ component: 'jobs', jobId }, 'a job stalled and is run again'));
  return {
    async close(graceMs) {
      const timer = clock.after(graceMs, () => stopping.abort());
      await worker.close().catch((error: unknown) => log.debug({ component: 'jobs', err: error }, 'the worker closed without Redis'));
      timer.stop();
    },
  };
}

function unknownJob(name: string): { readonly reason: 'invalid'; readonly message: string; readonly next: string } {
  return { reason: 'invalid', message: `No job is named ${name}`, next: 'Run bot, scheduler and workers of the same version.' };
}
