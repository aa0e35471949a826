import type { Clock } from '../../core/clock.ts';
import { toFailure } from '../../core/errors.ts';
import type { Observed } from '../../mesh/model.ts';

/** Values that are read once in a while, by name. */
export interface Memo<T> {
  /** Reads it where it is older than the memo keeps things. A failure is not kept: the last value that was read stands in for it. */
  get(name: string, read: () => Promise<T>): Promise<Observed<T>>;
}

export function createMemo<T>(clock: Clock, keptMs: number): Memo<T> {
  const values = new Map<string, { readonly value: T; readonly at: number }>();
  return {
    async get(name, read) {
      const kept = values.get(name);
      if (kept !== undefined && clock.now() - kept.at < keptMs) return { ok: true, value: kept.value };
      try {
        const value = await read();
        values.set(name, { value, at: clock.now() });
        return { ok: true, value };
      } catch (error) {
        const failure = toFailure(error);
        return kept === undefined || failure.reason === 'cancelled' ? { ok: false, failure } : { ok: true, value: kept.value };
      }
    },
  };
}
