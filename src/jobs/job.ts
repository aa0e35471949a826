/** What a job is. Jobs are thin over actions: a name, what fires it, how it is tried again. */
import { z } from 'zod';
import type { Action, ActionContext } from '../actions/action.ts';
import type { ChangeContext } from '../actions/changes.ts';
import { OperatorError } from '../core/errors.ts';

/** A schedule of a job. Cron expressions are read in UTC. */
export interface JobSchedule {
  /** Used where the configuration says nothing. */
  readonly cron: string;
  /** What happens to slots that nobody enqueued: `skip`, or one run at the next start. */
  readonly onMissed: 'skip' | 'runOnce';
}

/** How often a failed run is tried in all, and the first wait before the next try (doubling), in milliseconds. */
export interface JobRetry {
  readonly attempts: number;
  readonly backoffMs: number;
}

export interface Job<Input, Output, Context extends ActionContext = ChangeContext> {
  readonly action: Action<Input, Output, Context>;
  readonly schedule?: JobSchedule;
  readonly retry: JobRetry;
  /** A run that takes longer is ended, in milliseconds. */
  readonly deadlineMs: number;
  /** How many that ended are kept; absent: many. Of what runs every few seconds nobody reads the results of yesterday. */
  readonly keep?: number;
}

/** A job as the queue sees it. */
export interface QueuedJob {
  readonly name: string;
  readonly retry: JobRetry;
  readonly keep: number | undefined;
}

/** A job whose payload is checked where it is taken off the queue. */
export interface AnyJob<Context = ChangeContext> extends QueuedJob {
  readonly schedule: JobSchedule | undefined;
  readonly deadlineMs: number;
  readonly run: (payload: unknown, context: Context) => Promise<unknown>;
}

/** A job as the list of jobs holds it: its payload is parsed by its action's schema before anything else happens. */
export function defineJob<Input, Output, Context extends ActionContext = ChangeContext>(job: Job<Input, Output, Context>): AnyJob<Context> {
  return {
    name: job.action.id,
    schedule: job.schedule,
    retry: job.retry,
    deadlineMs: job.deadlineMs,
    keep: job.keep,
    run: async (payload, context) => job.action.run(parse(job.action, payload), context),
  };
}

function parse<Input>({ id, input }: Pick<Action<Input, unknown>, 'id' | 'input'>, payload: unknown): Input {
  const parsed = input.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new OperatorError({
    reason: 'invalid',
    what: `Job ${id} does not understand what it was given`,
    why: z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '),
    next: 'Run bot, scheduler and workers of the same version.',
  });
}
