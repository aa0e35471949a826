import type { AuthorityPort } from '../changes/ports.ts';

/** One holder of the Lease at a time within this process: its name there is the process's, so the cluster alone would let a second run in. */
export function oneHolder(lease: AuthorityPort['lease']): AuthorityPort['lease'] {
  let last: Promise<void> = Promise.resolve();
  return async (signal) => {
    const before = last;
    const { promise, resolve: free } = Promise.withResolvers<void>();
    last = before.then(() => promise);
    try {
      await unlessAborted(before, signal);
      const held = await lease(signal);
      return { lost: held.lost, release: () => held.release().finally(free) };
    } catch (error) {
      free();
      throw error;
    }
  };
}

function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
