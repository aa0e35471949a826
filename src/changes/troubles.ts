import { SECOND } from '../core/duration.ts';
import { isRetryable, OperatorError } from '../core/errors.ts';
import type { Step } from '../rotation/goal.ts';

const MOST_CONFLICTS = 5;
const MOST_FAILURES = 4;
const MOST_REPEATS = 5;
const FIRST_WAIT_MS = SECOND;

/** What follows from a call that failed. */
export type Remedy =
  | { readonly kind: 'again'; readonly afterMs: number }
  /** Somebody else changes what is to be written, again and again. */
  | { readonly kind: 'contested'; readonly step: Step }
  /** It is over for this run. `retryable`: a later one may succeed. */
  | { readonly kind: 'giveUp'; readonly retryable: boolean };

/** Keeps count of what went wrong in a row. A look that succeeds makes up for looks, a step for everything. */
export class Troubles {
  #conflicts = 0;
  #looks = 0;
  #steps = 0;
  #last = { step: '', times: 0 };

  looked(): void {
    this.#looks = 0;
  }

  stepped(): void {
    this.#conflicts = 0;
    this.#steps = 0;
  }

  /** True where the same step was taken so often that it has no effect. */
  repeats(step: Step): boolean {
    const text = JSON.stringify(step);
    this.#last = { step: text, times: this.#last.step === text ? this.#last.times + 1 : 1 };
    return this.#last.times > MOST_REPEATS;
  }

  /** @param step the one that failed; undefined: it was not come to. */
  failed(error: unknown, step: Step | undefined): Remedy {
    if (!(error instanceof OperatorError) || !isRetryable(error.reason)) return { kind: 'giveUp', retryable: false };
    if (error.reason === 'conflict' && step !== undefined) {
      this.#conflicts += 1;
      return this.#conflicts < MOST_CONFLICTS ? { kind: 'again', afterMs: 0 } : { kind: 'contested', step };
    }
    const times = step === undefined ? (this.#looks += 1) : (this.#steps += 1);
    if (times >= MOST_FAILURES) return { kind: 'giveUp', retryable: true };
    return { kind: 'again', afterMs: error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** times };
  }
}
