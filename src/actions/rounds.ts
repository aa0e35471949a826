import type { Clock } from '../core/clock.ts';

/** How rounds of the same measurement follow each other. */
export interface RoundOptions {
  readonly name: string;
  /** So much time lies at least between the beginnings of two of them, in milliseconds. */
  readonly every: number;
}

/** Runs `work` unless a round of the same name is under way in this process, or began a moment ago: undefined then. */
export type Rounds = <T>(round: RoundOptions, work: () => Promise<T>) => Promise<T | undefined>;

/**
 * One for a process. Slots pile up in the queue while no worker runs; taken one after the other they would be samples of one moment, which say no more
 * than one of them.
 */
export function createRounds(clock: Pick<Clock, 'now'>): Rounds {
  const running = new Set<string>();
  const began = new Map<string, number>();
  return async ({ name, every }, work) => {
    const now = clock.now();
    const since = now - (began.get(name) ?? -Infinity);
    // A clock that was set back must not stop the measurements until it is where it was.
    if (running.has(name) || (since >= 0 && since < every)) return undefined;
    running.add(name);
    began.set(name, now);
    try {
      return await work();
    } finally {
      running.delete(name);
    }
  };
}
