import { UnrecoverableError, WaitingError, Worker, type ConnectionOptions, type Job } from 'bullmq';
import type { ActionContext } from '../actions/action.ts';
import { endsWithin, withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { SECOND } from '../core/duration.ts';
import { isRetryable, toFailure, type Failure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { failureText, wrap } from './envelope.ts';
import type { AnyJob } from './job.ts';
import { QUEUE, QUEUE_PREFIX } from './queue.ts';

/** What belongs to one run. */
export interface JobRun extends Pick<ActionContext, 'log' | 'signal' | 'progress'> {
  /** The same when it is run again. */
  readonly jobId: string;
}

export interface JobWorkerOptions<Context extends ActionContext> {
  readonly jobs: readonly AnyJob<Context>[];
  /** The queue that it takes jobs off: {@link QUEUE} unless told. */
  readonly queue?: string;
  readonly connection: ConnectionOptions;
  /** Everything an action needs but its signal and its progress, which belong to one run. */
  readonly context: Omit<Context, 'signal' | 'progress' | 'jobId'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many jobs run at a time. */
  readonly concurrency: number;
  /** How long a job stays with a worker that shows no sign of life, in milliseconds: {@link LOCK_MS} unless told. */
  readonly lockMs?: number;
}

/** A worker that was killed leaves its job to another after at most one and a half times this. */
const LOCK_MS = 20 * SECOND;
/** What closing may take once no job runs any more: it would be for ever while Redis is away. */
const CLOSING_MS = 2 * SECOND;

export interface JobWorker {
  /** Takes no new job and waits for those that run, at most `graceMs`; then they are aborted and go back to the queue. */
  close(graceMs: number): Promise<void>;
}

/** Takes jobs off the queue and runs them, each under its deadline. A failure that a retry cannot mend ends the job at once. */
export function startJobWorker<Context extends ActionContext>(options: JobWorkerOptions<Context>): JobWorker {
  const { queue = QUEUE, connection, clock, log, concurrency, lockMs = LOCK_MS } = options;
  const stopping = new AbortController();
  const worker = new Worker(queue, (job, token, cancelled) => runJob({ job, token, cancelled }, stopping.signal, options), {
    connection,
    prefix: QUEUE_PREFIX,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
  });
  worker.on('error', (error) => log.debug({ component: 'jobs', err: error }, 'the worker lost Redis'));
  worker.on('stalled', (jobId) => log.warn({ component: 'jobs', jobId }, 'a job stalled and is run again'));
  return {
    async close(graceMs) {
      const grace = clock.after(graceMs, () => stopping.abort());
      if (!(await endsWithin(clock, graceMs + CLOSING_MS, worker.close())))
        log.warn({ component: 'jobs' }, 'the worker was left behind: Redis does not answer');
      grace.stop();
    },
  };
}

interface Taken {
  readonly job: Job;
  readonly token: string | undefined;
  /** Fires when the job is cancelled or its lock is lost. */
  readonly cancelled: AbortSignal | undefined;
}

async function runJob<Context extends ActionContext>(
  { job, token, cancelled }: Taken,
  stopping: AbortSignal,
  options: JobWorkerOptions<Context>,
): Promise<unknown> {
  const { jobs, context, clock, log } = options;
  const own = log.child({ component: 'jobs', job: job.name, jobId: job.id });
  const known = jobs.find(({ name }) => name === job.name);
  if (known === undefined) {
    const failure = unknownJob(job.name);
    own.warn({ reason: failure.reason, why: failure.message }, 'a job failed');
    throw new UnrecoverableError(failureText(failure));
  }
  const progress = (text: string): void =>
    void job.updateProgress(text).catch((error: unknown) => own.debug({ err: error }, 'progress was not told'));
  const outer = AbortSignal.any([stopping, ...(cancelled === undefined ? [] : [cancelled])]);
  const work = (signal: AbortSignal): Promise<unknown> => {
    const run: JobRun = { log: own, signal, progress, jobId: String(job.id) };
    // What the options leave out is what a run adds; the compiler cannot see that of any context.
    return known.run(job.data, { ...context, ...run } as unknown as Context);
  };
  try {
    return wrap(await withDeadline(clock, known.deadlineMs, `Job ${job.name}`, work, outer));
  } catch (error) {
    if (stopping.aborted) {
      await job.moveToWait(token);
      own.info({}, 'a job goes back to the queue: this worker ends');
      throw new WaitingError();
    }
    const failure = toFailure(error);
    own.warn({ reason: failure.reason, err: error }, 'a job failed');
    throw isRetryable(failure.reason) ? new Error(failureText(failure), { cause: error }) : new UnrecoverableError(failureText(failure));
  }
}

function unknownJob(name: string): Failure {
  return { reason: 'invalid', message: `No job is named ${name}`, next: 'Run bot, scheduler and workers of the same version.' };
}
