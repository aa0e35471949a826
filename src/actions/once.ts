/** Runs `work` unless the same `key` runs already in this process: undefined then. */
export type Once = <T>(key: string, work: () => Promise<T>) => Promise<T | undefined>;

/** One for a process. */
export function createOnce(): Once {
  const running = new Set<string>();
  return async (key, work) => {
    if (running.has(key)) return undefined;
    running.add(key);
    try {
      return await work();
    } finally {
      running.delete(key);
    }
  };
}
