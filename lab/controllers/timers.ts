/** Alarms on the lab's clock: they ring when its time has come, by itself or because somebody moved it forward. */
import type { Timer } from '../../src/core/clock.ts';
import type { LabClock } from '../clock.ts';

/** Alarms of one cluster. */
export interface Alarms {
  /** Calls `run` once that instant has come, never within this call. Answers how to take it back. */
  at(instant: number, run: () => void): () => void;
  /** None of them rings any more. */
  close(): void;
}

interface Alarm {
  readonly instant: number;
  readonly run: () => void;
  timer: Timer | undefined;
}

/** Without any yet. */
export function createAlarms(clock: LabClock): Alarms {
  const waiting = new Set<Alarm>();

  function ring(alarm: Alarm): void {
    if (!waiting.delete(alarm)) return;
    alarm.timer?.stop();
    alarm.run();
  }
  function arm(alarm: Alarm): void {
    alarm.timer?.stop();
    // A clock that stands still lets the machine's timer come too early: then it waits as long again.
    const left = Math.max(1, alarm.instant - clock.now());
    alarm.timer = clock.after(left, () => (clock.now() >= alarm.instant ? ring(alarm) : arm(alarm)));
  }
  const letGo = clock.onAdvance(() => {
    const due = [...waiting].filter(({ instant }) => instant <= clock.now()).toSorted((a, b) => a.instant - b.instant);
    for (const alarm of due) ring(alarm);
    for (const alarm of waiting) arm(alarm);
  });

  return {
    at(instant, run) {
      const alarm: Alarm = { instant, run, timer: undefined };
      waiting.add(alarm);
      arm(alarm);
      return () => {
        waiting.delete(alarm);
        alarm.timer?.stop();
      };
    },
    close() {
      letGo();
      for (const alarm of waiting) alarm.timer?.stop();
      waiting.clear();
    },
  };
}
