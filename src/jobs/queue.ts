import { Job, Queue, QueueEvents, type ConnectionOptions, type JobsOptions } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { endsWithin } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { connectionWords } from '../core/connection-words.ts';
import { OperatorError, toFailure, type Failure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { readFailure, unwrap } from './envelope.ts';
import type { QueuedJob } from './job.ts';

export const QUEUE = 'jobs';

/** The queue of whoever measures from inside a cluster. */
export function vantageQueue(vantage: string): string {
  return `${QUEUE}-at-${vantage}`;
}

/** Every key of the queue begins with it. The braces keep them in one slot of a Redis Cluster. */
export const QUEUE_PREFIX = '{meshwarden}';

/** How often a waiting job's state is read again, in case its event was lost with a connection. */
const FALLBACK_MS = 3_000;
const HOUR_S = 3_600;
/** How many jobs that ended are kept at most. */
const KEPT = 1_000;
/** What closing may take. */
const CLOSING_MS = 1_000;

export type JobOutcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: Failure };

export interface JobListener {
  /** A worker took it. */
  started?(): void;
  progress?(text: string): void;
}

/** The side of the queue that asks for jobs and hears what became of them. Calls fail at once while Redis is away. */
export interface JobQueue {
  /** Puts a job into the queue and gives its id. With `id`, a second one of the same id is not taken; `id` may not hold a colon. */
  submit(name: string, payload: object, id?: string): Promise<string>;
  /** Puts a job into the queue unless one of the same `key` waits. One that runs already is run once more after it. */
  submitOnce(name: string, payload: object, key: string): Promise<string>;
  /**
   * Resolves when the job has ended, however long that takes; survives outages of Redis. A job that Redis does not know (any more) has failed.
   * Rejects only by `signal`.
   */
  outcome(id: string, signal: AbortSignal, listener?: JobListener): Promise<JobOutcome>;
  /** What a job that has ended gave; undefined where it is unknown, not ended, or was cleaned away. */
  result(id: string): Promise<JobOutcome | undefined>;
  /** What the last scheduled run of a job gave, as far as this process heard of one. */
  latest(name: string): Promise<JobOutcome | undefined>;
  counts(): Promise<{ readonly waiting: number; readonly active: number; readonly failed: number; readonly workers: number }>;
  close(): Promise<void>;
}

export interface JobQueueOptions {
  readonly jobs: readonly QueuedJob[];
  /** {@link QUEUE} unless told. */
  readonly name?: string;
  /** Fails at once while Redis is away. */
  readonly prompt: Redis | Cluster;
  /** Waits for Redis as long as it takes. */
  readonly blocking: ConnectionOptions;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createJobQueue({ jobs, name: queueName = QUEUE, prompt, blocking, clock, log }: JobQueueOptions): JobQueue {
  const queue = lazyQueue(queueName, prompt, log);
  // Created before any job: one that is created after a job may miss its end.
  const events = new QueueEvents(queueName, { connection: blocking, prefix: QUEUE_PREFIX });
  const watched = new Map<string, Set<(event: JobEvent) => void>>();
  const tell = (id: string, event: JobEvent): void => watched.get(id)?.forEach((listener) => listener(event));
  events.on('active', ({ jobId }) => tell(jobId, { kind: 'started' }));
  events.on('progress', ({ jobId, data }) => tell(jobId, { kind: 'progress', text: progressText(data) }));
  const slots = new Map<string, string>();
  events.on('completed', ({ jobId }) => {
    const name = SLOT_ID.exec(jobId)?.groups?.['name'];
    if (name !== undefined) slots.set(name, jobId);
    tell(jobId, { kind: 'ended' });
  });
  events.on('failed', ({ jobId }) => tell(jobId, { kind: 'ended' }));
  events.on('error', (error) => log.debug({ component: 'jobs', err: error }, 'the queue lost Redis'));

  async function add(name: string, payload: object, own: JobsOptions): Promise<string> {
    const job = jobs.find((known) => known.name === name);
    if (job === undefined) throw new OperatorError({ reason: 'internal', what: `No job is named ${name}` });
    const options = {
      attempts: job.retry.attempts,
      backoff: { type: 'exponential', delay: job.retry.backoffMs },
      removeOnComplete: { age: HOUR_S, count: job.keep ?? KEPT },
      removeOnFail: { age: 24 * HOUR_S, count: job.keep ?? KEPT },
    };
    const added = await prompted(`Cannot queue ${name}`, () => queue().add(name, payload, { ...options, ...own }));
    return String(added.id);
  }

  const submit = (name: string, payload: object, id?: string): Promise<string> => add(name, payload, id === undefined ? {} : { jobId: id });
  const submitOnce = (name: string, payload: object, key: string): Promise<string> =>
    add(name, payload, { deduplication: { id: key, keepLastIfActive: true } });

  async function find(id: string): Promise<JobOutcome | 'unknown' | undefined> {
    // The state first: a job that was read before it ended has no result yet.
    const state = await prompted('Cannot read a job', () => queue().getJobState(id));
    if (state === 'unknown') return state;
    if (state !== 'completed' && state !== 'failed') return undefined;
    const job = await prompted('Cannot read a job', () => Job.fromId(queue(), id));
    if (job === undefined) return 'unknown';
    return state === 'completed' ? read(job.returnvalue) : { ok: false, failure: readFailure(job.failedReason) };
  }

  async function result(id: string): Promise<JobOutcome | undefined> {
    const found = await find(id);
    return found === 'unknown' ? undefined : found;
  }

  function outcome(id: string, signal: AbortSignal, listener: JobListener = {}): Promise<JobOutcome> {
    return new Promise((resolve, reject) => {
      let heard = false;
      const stop = (): void => {
        heard = true;
        listeners.delete(onEvent);
        if (listeners.size === 0) watched.delete(id);
        signal.removeEventListener('abort', onAbort);
        timer.stop();
      };
      const look = (): void => {
        void ended(id).then((found) => {
          if (found === undefined || signal.aborted) return;
          stop();
          resolve(found);
        });
      };
      const onEvent = (event: JobEvent): void => {
        heard = true;
        if (event.kind === 'started') listener.started?.();
        else if (event.kind === 'progress') listener.progress?.(event.text);
        else look();
      };
      const onAbort = (): void => {
        stop();
        reject(signal.reason);
      };
      const again = (): { stop(): void } =>
        clock.after(FALLBACK_MS, () => {
          timer = again();
          look();
        });
      const listeners = watched.get(id) ?? new Set<(event: JobEvent) => void>();
      watched.set(id, listeners.add(onEvent));
      let timer = again();
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      look();
      void before(id).then((text) => {
        // Its first events may have come while whoever asks was still noting its id.
        if (heard || text === undefined || signal.aborted) return;
        listener.started?.();
        if (text !== '') listener.progress?.(text);
      });
      return undefined;
    });
  }

  /** What a job that a worker took has told last; undefined where it waits, or cannot be read. */
  async function before(id: string): Promise<string | undefined> {
    try {
      const job = await Job.fromId(queue(), id);
      return job?.processedOn === undefined ? undefined : progressText(job.progress);
    } catch (error) {
      log.debug({ component: 'jobs', jobId: id, err: error }, 'could not read how far a job is; its events tell');
      return undefined;
    }
  }

  /** What a job gave, or undefined while it runs or while Redis is away: whoever waits looks again. */
  async function ended(id: string): Promise<JobOutcome | undefined> {
    try {
      const found = await find(id);
      return found === 'unknown' ? LOST : found;
    } catch (error) {
      log.debug({ component: 'jobs', jobId: id, err: error }, 'could not read a job; it is looked at again');
      return undefined;
    }
  }

  return {
    submit,
    submitOnce,
    outcome,
    result,
    async latest(name) {
      const id = slots.get(name);
      return id === undefined ? undefined : result(id);
    },
    async counts() {
      const counts = await prompted('Cannot count jobs', () => queue().getJobCounts('waiting', 'active', 'failed', 'delayed'));
      const workers = await prompted('Cannot count workers', () => queue().getWorkersCount());
      const { waiting = 0, active = 0, failed = 0, delayed = 0 } = counts;
      return { waiting: waiting + delayed, active, failed, workers };
    },
    async close() {
      // While Redis is away BullMQ waits for it; the connections themselves are closed by whoever opened them.
      if (!(await endsWithin(clock, CLOSING_MS, Promise.allSettled([queue.close(), events.close()]))))
        log.debug({ component: 'jobs' }, 'the queue was left behind: Redis does not answer');
    },
  };
}

/** See `slotId` in schedules. */
const SLOT_ID = /^(?<name>.+)-\d{8}T\d{6}Z$/;

const LOST: JobOutcome = {
  ok: false,
  failure: { reason: 'notFound', message: 'Redis does not know the job any more', next: 'Ask again.' },
};

interface LazyQueue {
  (): Queue;
  close(): Promise<void>;
}

/**
 * A BullMQ queue made when Redis answers. One whose first question failed (it was made before Redis answered, or Redis froze at that moment) stays
 * broken for ever, so another is made in its place.
 */
function lazyQueue(name: string, redis: Redis | Cluster, log: Logger): LazyQueue {
  let queue: Queue | undefined;
  const make = (): void => {
    const made = new Queue(name, { connection: redis, prefix: QUEUE_PREFIX, skipWaitingForReady: true });
    made.on('error', (error) => log.debug({ component: 'jobs', err: error }, 'the queue lost Redis'));
    made.waitUntilReady().catch((error: unknown) => {
      log.debug({ component: 'jobs', err: error }, 'the queue could not begin; another is made');
      if (queue === made) queue = undefined;
      return made.close().catch((second: unknown) => log.debug({ component: 'jobs', err: second }, 'it was given up as it was'));
    });
    queue = made;
  };
  if (redis.status === 'ready') make();
  else redis.once('ready', make);
  const get = (): Queue => {
    if (queue === undefined && redis.status === 'ready') make();
    if (queue === undefined) throw new Error('it has not answered yet');
    return queue;
  };
  const close = async (): Promise<void> => {
    await queue?.close();
  };
  return Object.assign(get, { close });
}

type JobEvent = { readonly kind: 'started' } | { readonly kind: 'progress'; readonly text: string } | { readonly kind: 'ended' };

function progressText(data: unknown): string {
  return typeof data === 'string' ? data : '';
}

function read(returned: unknown): JobOutcome {
  try {
    return { ok: true, value: unwrap(returned) };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

async function prompted<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = connectionWords(error);
    const next = 'Start Redis or correct redis.url: jobs go on where they stopped. Until then use `meshwarden status` on the command line.';
    throw new OperatorError({ reason: 'unreachable', what, where: 'Redis', why, next, cause: error });
  }
}
