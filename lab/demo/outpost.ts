/** The second process of meshwarden: it measures from inside the other cluster, and does nothing else. */
import { join } from 'node:path';
import { superviseProduct, type Supervised, type SuperviseOptions } from './supervise.ts';

/** Its configuration, beside that of the first. */
export const WORKER_FILE = 'worker.yaml';
const LOG_FILE = 'worker.log';

export interface OutpostOptions extends Pick<SuperviseOptions, 'clock' | 'environment' | 'discord' | 'guard' | 'say'> {
  readonly dir: string;
  readonly cluster: string;
}

export interface Outpost {
  readonly cluster: string;
  /** Starts it where it does not run. */
  start(): void;
  /** Ends it where it runs. */
  stop(): Promise<void>;
}

/** Does nothing until it is started. */
export function createOutpost({ dir, cluster, ...around }: OutpostOptions): Outpost {
  let running: Supervised | undefined;
  return {
    cluster,
    start() {
      running ??= superviseProduct({
        ...around,
        name: `worker in ${cluster}`,
        flags: ['--role', 'worker', '--vantage', cluster],
        // Nobody waits for it: one that does not start is tried again like one that ends.
        untilReady: Promise.resolve(),
        configFile: join(dir, WORKER_FILE),
        logFile: join(dir, LOG_FILE),
      });
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
  };
}
