import type { Clock } from '../../core/clock.ts';
import { toFailure } from '../../core/errors.ts';
import type { Observed } from '../../mesh/model.ts';

/** Values that are read once in a while, by name. */
export interface Memo<T> {
  /** Reads it where it is older than the memo keeps things. A failure is not kept: the last value that was read stands in for it. */
  get(name: string, read: () => Promise<T>): Promise<Observed<T>>;
  /** Reads it now, for whoever tells of it by itself: what was read before does not stand in for a failure. */
  renew(name: string, read: () => Promise<T>): Promise<Observed<T>>;
}

export function createMemo<T>(clock: Clock, keptMs: number): Memo<T> {
  const values = new Map<string, { readonly value: T; readonly at: number }>();
  const renew = async (name: string, read: () => Promise<T>): Promise<Observed<T>> => {
    try {
      const value = await read();
      values.set(name, { value, at: clock.now() });
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: toFailure(error) };
    }
  };
  return {
    renew,
    async get(name, read) {
      const kept = values.get(name);
      const age = kept === undefined ? keptMs : clock.now() - kept.at;
      // One of a time that is still to come is from before the clock was set back.
      if (kept !== undefined && age >= 0 && age < keptMs) return { ok: true, value: kept.value };
      const fresh = await renew(name, read);
      const standsIn = kept !== undefined && !fresh.ok && fresh.failure.reason !== 'cancelled';
      return standsIn ? { ok: true, value: kept.value } : fresh;
    },
  };
}
