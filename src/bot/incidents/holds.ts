/** What is left alone for a while after it failed, the longer the more often. Time is counted in looks: a clock that jumps holds nothing back. */

/** The longest wait, in looks. */
const LONGEST = 80;
/** The longest wait that is granted to whoever asks for one, in looks. */
const LONGEST_ASKED = 480;

export interface Holds {
  /** One more look has begun. */
  look(): void;
  isHeld(id: string): boolean;
  /** It failed; `looks`: what the other side asked to wait at least. Gives how long it is left alone. */
  fail(id: string, looks?: number): number;
  clear(id: string): void;
  /** Forgets everything but these. */
  keep(ids: readonly string[]): void;
}

export function createHolds(): Holds {
  const held = new Map<string, { readonly failures: number; readonly until: number }>();
  let now = 0;
  return {
    look() {
      now += 1;
    },
    isHeld: (id) => (held.get(id)?.until ?? 0) > now,
    fail(id, looks = 0) {
      const failures = (held.get(id)?.failures ?? 0) + 1;
      const wait = Math.max(Math.min(2 ** (failures + 1), LONGEST), Math.min(looks, LONGEST_ASKED));
      held.set(id, { failures, until: now + wait });
      return wait;
    },
    clear: (id) => void held.delete(id),
    keep(ids) {
      const known = new Set(ids);
      for (const id of held.keys()) if (!known.has(id)) held.delete(id);
    },
  };
}
