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
  const { step, offset } = stride(cron);
  const oldest = Math.max(last ?? 0, now - LOOK_BACK_MS);
  const newest = now - offset;
  for (let slot = newest - (newest % step) + offset; slot > oldest; slot -= step) {
    if (isSlot(new Date(slot))) return slot;
  }
  return undefined;
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
