import { createTask } from 'node-cron';
import type { ScheduleRun } from '../actions/alerts.ts';
import type { Clock } from '../core/clock.ts';
import type { AnyJob } from './job.ts';
import type { SlotMemory } from './schedules.ts';
import { expectedSince, type Rhythm } from './slots.ts';

export interface ScheduleRunOptions {
  readonly jobs: readonly Pick<AnyJob, 'name' | 'schedule'>[];
  /** As for the schedules themselves. */
  readonly expressions: Readonly<Record<string, string>>;
  readonly slots: Pick<SlotMemory, 'last'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads when each schedule ran last, beside when it should have. */
export function scheduleRuns({ jobs, expressions, slots, clock }: ScheduleRunOptions): () => Promise<readonly ScheduleRun[]> {
  const watched = jobs.flatMap(({ name, schedule }): readonly (Rhythm & { readonly name: string })[] => {
    const cron = expressions[name] ?? schedule?.cron;
    if (schedule === undefined || cron === undefined || cron === 'off') return [];
    const task = createTask(cron, () => undefined, { timezone: 'UTC' });
    return [{ name, cron, isSlot: (date) => task.match(date) }];
  });
  return () =>
    Promise.all(
      watched.map(async ({ name, ...rhythm }) => ({
        name,
        last: await slots.last(name),
        expectedSince: expectedSince(clock.now(), rhythm),
      })),
    );
}
