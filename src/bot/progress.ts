import { toFailure } from '../core/errors.ts';
import type { Card } from './card.ts';
import type { BotContext } from './context.ts';
import type { LiveMessage } from './live-message.ts';

/** Progress is not shown for what is over sooner, and afterwards at most this often, in milliseconds. */
const EVERY_MS = 2_000;
/** When nobody has taken the job by then, the message says so, in milliseconds. */
const NO_WORKER_AFTER_MS = 8_000;

export interface Progress {
  /** A worker took the job. */
  started(): void;
  progress(text: string): void;
  stop(): void;
}

/** Tells in the message what is being done, at most once in two seconds, and why nothing is done while nobody does it. */
export function showProgress(live: LiveMessage, { clock, jobs }: BotContext, card: (text: string) => Card): Progress {
  let latest: string | undefined;
  const tick = (): { stop(): void } =>
    clock.after(EVERY_MS, () => {
      if (latest !== undefined) live.show(card(latest));
      latest = undefined;
      timer = tick();
    });
  let timer = tick();
  let taken = false;
  const waiting = clock.after(NO_WORKER_AFTER_MS, () => {
    void whyWaiting(jobs).then((why) => {
      if (!taken)
        live.show({ tone: 'unknown', title: 'Waiting for a worker', body: [why, 'This message changes when there is an answer.'] });
    });
  });
  return {
    started() {
      taken = true;
      waiting.stop();
    },
    progress(text) {
      latest = text;
    },
    stop() {
      taken = true;
      timer.stop();
      waiting.stop();
    },
  };
}

async function whyWaiting(jobs: BotContext['jobs']): Promise<string> {
  try {
    const { workers, active, waiting } = await jobs.counts();
    if (workers === 0) return 'No worker runs. Start one: `meshwarden start --role worker`.';
    const before = Math.max(0, waiting - 1);
    return `${active} ${active === 1 ? 'job runs' : 'jobs run'}, ${before} ${before === 1 ? 'waits' : 'wait'} before it.`;
  } catch (error) {
    return `The queue does not answer: ${toFailure(error).message}.`;
  }
}
