/** What is left alone for a while after it failed, the longer the more often. Time is counted in looks: a clock that jumps holds nothing back. */

/** The longest wait, in looks, of whoever looks four times a second. */
const LONGEST = 80;
/** The longest wait that is granted to whoever asks for one, in looks, against the longest that is waited otherwise. */
const ASKED = 6;

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

/** `longest`: the longest wait without being asked, in looks. */
export function createHolds(longest: number = LONGEST): Holds {
  const held = new Map<string, { readonly failures: number; readonly until: number }>();
  let now = 0;
  return {
    look() {
      now += 1;
    },
    isHeld: (id) => (held.get(id)?.until ?? 0) > now,
    fail(id, looks = 0) {
      const failures = (held.get(id)?.failures ?? 0) + 1;
      const wait = Math.max(Math.min(2 ** (failures + 1), longest), Math.min(looks, ASKED * longest));
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
