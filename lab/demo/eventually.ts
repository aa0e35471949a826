import type { Clock } from '../../src/core/clock.ts';

const BETWEEN_MS = 100;

/** Looks until something is there; rejects after `withinMs` with what was seen last. */
export async function eventually<T>(clock: Clock, withinMs: number, look: () => Promise<{ found: T } | { seen: string }>): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await look();
    if ('found' in answer) return answer.found;
    if (performance.now() > end) throw new Error(`Not within ${withinMs} ms. Last seen:\n${answer.seen}`);
    await new Promise<void>((resolve) => void clock.after(BETWEEN_MS, resolve));
  }
}
