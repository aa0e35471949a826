import { EventEmitter } from 'node:events';
import { systemClock, type Clock } from '../src/core/clock.ts';

/** The lab's time: the machine's, moved forward by hand. Timers run on real time; whoever acts on instants listens to `advanced`. */
export interface LabClock extends Clock {
  /** How far this clock is ahead of the machine's, in milliseconds. */
  readonly offsetMs: number;
  /** Moves the clock forward and tells every listener, in the order they came. */
  advance(ms: number): void;
  onAdvance(listener: (offsetMs: number) => void): () => void;
}

export function createLabClock(): LabClock {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  let offsetMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + offsetMs,
    get offsetMs() {
      return offsetMs;
    },
    advance(ms) {
      offsetMs += ms;
      events.emit('advanced', offsetMs);
    },
    onAdvance(listener) {
      events.on('advanced', listener);
      return () => events.off('advanced', listener);
    },
  };
}
