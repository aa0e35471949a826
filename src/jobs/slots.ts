/** Slots: the instants at which a schedule fires. Pure. */
import { DAY, MINUTE, SECOND } from '../core/duration.ts';

/** Further back than this no slot is looked for: a yearly schedule that never ran waits for its next slot. */
const LOOK_BACK_MS = 32 * DAY;

/** A schedule, as far as looking back needs it. */
export interface Rhythm {
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  readonly isSlot: (date: Date) => boolean;
}

/**
 * The slot to make up for, in UTC milliseconds: the last that passed, where it came after the last that was enqueued. A schedule that never ran
 * counts as missed, so that a new installation does not wait for its first slot.
 */
export function missedSlot(last: number | undefined, now: number, { cron, isSlot }: Rhythm): number | undefined {
  return slotsBack({ cron, isSlot }, now, Math.max(last ?? 0, now - LOOK_BACK_MS)).next().value;
}

/** A schedule has stopped when so many of its slots passed without it … */
const MISSED = 3;
/** … the last of them so long ago: putting a job into the queue takes its time. */
const LATE_MS = MINUTE;
/** A schedule that is rarer than this allows is not watched: looking back costs something for each minute. */
const WATCHED_MS = 2 * DAY;

/** A schedule that ran at this instant or later, in UTC milliseconds, has not stopped; undefined where it is too rare to tell. */
export function expectedSince(now: number, rhythm: Rhythm): number | undefined {
  let passed = 0;
  for (const slot of slotsBack(rhythm, now - LATE_MS, now - WATCHED_MS)) {
    passed += 1;
    if (passed === MISSED) return slot;
  }
  return undefined;
}

/** Slots from `newest` on, backwards, as long as they come after `oldest`. */
function* slotsBack({ cron, isSlot }: Rhythm, newest: number, oldest: number): Generator<number, undefined> {
  const { step, offset } = stride(cron);
  const from = newest - offset;
  for (let slot = from - (from % step) + offset; slot > oldest; slot -= step) {
    if (isSlot(new Date(slot))) yield slot;
  }
}

/** Minute by minute where every slot lies at the same second, which spares sixty times the work. */
function stride(cron: string): { readonly step: number; readonly offset: number } {
  const fields = cron.trim().split(/\s+/);
  const seconds = fields.length === 6 ? fields[0] : '0';
  return /^\d+$/.test(seconds ?? '') ? { step: MINUTE, offset: Number(seconds) * SECOND } : { step: SECOND, offset: 0 };
}

/** `name-20261124T140900Z`: BullMQ takes no colon in an id, and refuses a second job of the same one. */
export function slotId(name: string, slot: number): string {
  const stamp = new Date(slot).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  return `${name}-${stamp}`;
}
