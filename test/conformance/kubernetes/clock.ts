import type { Clock } from '../../../src/core/clock.ts';

interface Waiting {
  readonly due: number;
  readonly run: () => void;
}

const START = Date.UTC(2026, 0, 5, 12, 0, 0);

/** A clock whose time stands still until it is moved, and whose timers run when told to. The two are apart, so that a watch can end without the hour changing. */
export class ConformanceClock implements Clock {
  #now = START + 1000;
  #elapsed = 0;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#now;
  }

  /** Sets the time that a recording calls `<time:N>`. */
  at(number: number): void {
    this.#now = START + number * 1000;
  }

  after(ms: number, run: () => void): { stop: () => void } {
    const waiting = { due: this.#elapsed + ms, run };
    this.#waiting.add(waiting);
    return { stop: () => this.#waiting.delete(waiting) };
  }

  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => this.after(ms, resolve));

  /** Lets this much time pass for timers, in the order in which they are due. */
  elapse(ms: number): void {
    const until = this.#elapsed + ms;
    for (;;) {
      const next = [...this.#waiting].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#elapsed = next.due;
      this.#waiting.delete(next);
      next.run();
    }
    this.#elapsed = until;
  }
}
