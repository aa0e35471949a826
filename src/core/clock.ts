/** The only place of the product that reads the time or waits; everything else is given a {@link Clock} or a `now`. */

/** A timer that can be stopped. Stopping twice is harmless. */
export interface Timer {
  stop(): void;
}

/** Time as the rest of the product sees it. All instants are UTC milliseconds since 1970. */
export interface Clock {
  /** This instant, in UTC milliseconds. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds. The timer does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
  /** Resolves after `ms` milliseconds; rejects at once with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { stop: () => clearTimeout(timer) };
  },
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
