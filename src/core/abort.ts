import type { Clock } from './clock.ts';
import { OperatorError } from './errors.ts';

/**
 * Runs `work` with a signal that fires after `ms` milliseconds or when `outer` does, whichever is first.
 * The promise settles at the deadline even when `work` ignores its signal; what `work` does later is not seen.
 *
 * @throws OperatorError with reason `timeout` at the deadline, `cancelled` when `outer` was aborted with no OperatorError.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const fail = (reason: unknown): void => own.abort(reason);
  const onOuter = (): void => fail(cancelled(what, outer?.reason));
  if (outer?.aborted) throw cancelled(what, outer.reason);
  const timer = clock.after(ms, () => fail(new OperatorError({ reason: 'timeout', what, why: `no answer within ${ms} ms` })));
  outer?.addEventListener('abort', onOuter, { once: true });
  // Listens before `work` does, so that the reason told is ours and not what `work` makes of the signal.
  const ended = new Promise<never>((_, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
  });
  try {
    return await Promise.race([ended, work(own.signal)]);
  } finally {
    timer.stop();
    outer?.removeEventListener('abort', onOuter);
  }
}

/**
 * Waits until `work` is settled, but no longer than `ms` milliseconds, and says whether it was. A failure of `work` is the caller's to look at.
 * Unlike a deadline's timer, this one keeps the process alive.
 */
export async function endsWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const settled = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  // The sleep ends early only when there is nothing to wait for.
  const late = clock.sleep(ms, settled.signal).then(
    () => false,
    () => true,
  );
  const inTime = await Promise.race([ended, late]);
  settled.abort();
  return inTime;
}

function cancelled(what: string, reason: unknown): OperatorError {
  if (reason instanceof OperatorError) return reason;
  return new OperatorError({ reason: 'cancelled', what, why: 'it was cancelled', cause: reason });
}
