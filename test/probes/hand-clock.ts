import type { Clock } from '../../src/core/clock.ts';

interface Pending {
  readonly at: number;
  readonly ms: number;
  readonly run: () => void;
}

/** A clock that stands at a whole second until it is moved by hand; its timers fire then, in their order, and never by themselves. */
export class HandClock implements Clock {
  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => void this.after(ms, resolve));
  #now = Date.UTC(2026, 10, 24, 3);
  #pending: Pending[] = [];
  #watchers: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): { stop(): void } {
    const timer = { at: this.#now + ms, ms, run };
    this.#pending.push(timer);
    for (const look of this.#watchers) look();
    return { stop: () => void (this.#pending = this.#pending.filter((one) => one !== timer)) };
  }

  /** Resolves as soon as a timer of exactly so many milliseconds is set. */
  waiting(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#pending.some((one) => one.ms === ms)) return;
        this.#watchers = this.#watchers.filter((one) => one !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#pending.filter(({ at }) => at <= this.#now).toSorted((a, b) => a.at - b.at);
    this.#pending = this.#pending.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }

  /** Timers that nobody stopped. */
  get timers(): number {
    return this.#pending.length;
  }
}
