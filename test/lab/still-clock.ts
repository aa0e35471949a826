import { createLabClock, type LabClock } from '../../lab/clock.ts';

/** A clock that stands at a whole second of today until it is advanced: certificates are good for real TLS, and nothing depends on how long a test takes. */
export function createStillClock(): LabClock {
  const running = createLabClock();
  const start = Math.floor(running.now() / 1000) * 1000;
  return {
    ...running,
    now: () => start + running.offsetMs,
    get offsetMs() {
      return running.offsetMs;
    },
  };
}
