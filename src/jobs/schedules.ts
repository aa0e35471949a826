import { createTask, type ScheduledTask } from 'node-cron';
import type { Clock } from '../core/clock.ts';
import { toFailure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { AnyJob } from './job.ts';
import { missedSlot, slotId } from './slots.ts';

/** When each schedule last put a job into the queue. */
export interface SlotMemory {
  last(name: string): Promise<number | undefined>;
  enqueued(name: string, slot: number): Promise<void>;
}

export interface ScheduleOptions {
  readonly jobs: readonly AnyJob[];
  /** Cron expressions by job name; `off` turns one off, absent = the job's own. */
  readonly expressions: Readonly<Record<string, string>>;
  readonly submit: (name: string, payload: object, id?: string) => Promise<string>;
  readonly slots: SlotMemory;
  /** Resolves when Redis answers, so that what was missed before is made up for as soon as it can be. */
  readonly ready: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Schedules {
  /** The next slot of each schedule, in UTC milliseconds. */
  next(): readonly { readonly name: string; readonly cron: string; readonly at: number | undefined }[];
  stop(): Promise<void>;
}

/** A slot that fires late by less than this still counts, in milliseconds: a busy machine delays timers. */
const TOLERANCE_MS = 30_000;

/**
 * Puts scheduled jobs into the queue and does nothing else. A job's id is its name and its slot, so a slot fires once however many schedulers run.
 * Schedules are read in UTC, where no hour is skipped or comes twice.
 */
export function startSchedules({ jobs, expressions, submit, slots, ready, clock, log }: ScheduleOptions): Schedules {
  const stopping = new AbortController();
  const { signal } = stopping;
  const failing = new Set<string>();
  const enqueue = async (name: string, slot: number): Promise<boolean> => {
    try {
      await submit(name, {}, slotId(name, slot));
      await slots.enqueued(name, slot);
      if (failing.delete(name)) log.info({ component: 'schedules', job: name, slot }, 'a scheduled job is queued again');
      return true;
    } catch (error) {
      const { reason, message } = toFailure(error);
      const fields = { component: 'schedules', job: name, slot, reason, why: message };
      // Told once in an outage: a schedule of every few seconds would fill the log.
      if (failing.has(name)) log.debug(fields, 'a scheduled job could still not be queued');
      else log.warn(fields, 'a scheduled job could not be queued; later ones are tried');
      failing.add(name);
      return false;
    }
  };
  const catching: CatchUp = { slots, ready, signal, clock, log, enqueue };
  const arm = (): readonly Armed[] =>
    jobs.flatMap(({ name, schedule }) => {
      const cron = expressions[name] ?? schedule?.cron;
      if (schedule === undefined || cron === undefined || cron === 'off') return [];
      const options = { name, timezone: 'UTC', missedExecutionTolerance: TOLERANCE_MS, suppressMissedWarning: true };
      const fire = async ({ date }: { readonly date: Date }): Promise<void> => {
        const queued = await enqueue(name, date.getTime());
        if (!queued && schedule.onMissed === 'runOnce') void catchUp({ name, cron, task }, catching);
      };
      const task = createTask(cron, fire, options);
      task.on('execution:missed', ({ date }) => log.warn({ component: 'schedules', job: name, slot: date.getTime() }, 'a slot was missed'));
      void task.start();
      if (schedule.onMissed === 'runOnce') void catchUp({ name, cron, task }, catching);
      return [{ name, cron, task }];
    });
  let armed = arm();
  const watch = watchClock(clock, async (jumpMs) => {
    log.warn({ component: 'schedules', jumpMs }, 'the clock jumped; schedules start anew from where it is now');
    await disarm(armed);
    if (!signal.aborted) armed = arm();
  });
  return {
    next: () => armed.map(({ name, cron, task }) => ({ name, cron, at: task.getNextRun()?.getTime() })),
    async stop() {
      stopping.abort();
      watch.stop();
      await disarm(armed);
    },
  };
}

interface Armed {
  readonly name: string;
  readonly cron: string;
  readonly task: ScheduledTask;
}

async function disarm(armed: readonly Armed[]): Promise<void> {
  for (const { task } of armed) await task.destroy();
}

const BEAT_MS = 1_000;
/** A clock that is this far from where it should be did not drift: the machine slept, or somebody set it. */
const JUMP_MS = 60_000;

/** Tells of jumps of the clock. node-cron would go through every slot of a long gap one by one, and nothing else would run meanwhile. */
function watchClock(clock: Clock, onJump: (jumpMs: number) => Promise<void>): { stop(): void } {
  let last = clock.now();
  const beat = (): { stop(): void } =>
    clock.after(BEAT_MS, () => {
      const jumpMs = clock.now() - last - BEAT_MS;
      last = clock.now();
      timer = beat();
      if (Math.abs(jumpMs) >= JUMP_MS) void onJump(jumpMs);
    });
  let timer = beat();
  return { stop: () => timer.stop() };
}

interface CatchUp {
  readonly slots: SlotMemory;
  readonly ready: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly enqueue: (name: string, slot: number) => Promise<boolean>;
}

/** Makes up for slots that passed while no scheduler ran: one run, under the id of the slot that was missed last. */
async function catchUp({ name, cron, task }: Armed, { slots, ready, signal, clock, log, enqueue }: CatchUp): Promise<void> {
  try {
    await ready(signal);
    const missed = missedSlot(await slots.last(name), clock.now(), { cron, isSlot: (date) => task.match(date) });
    if (missed !== undefined) await enqueue(name, missed);
  } catch (error) {
    if (signal.aborted) return;
    const { reason, message } = toFailure(error);
    log.warn({ component: 'schedules', job: name, reason, why: message }, 'could not see whether slots were missed');
  }
}
