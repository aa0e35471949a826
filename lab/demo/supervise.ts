/** Watches over the product as a supervisor does: what ends by itself is started again. */
import type { LabClock } from '../clock.ts';
import type { LabDiscord } from '../discord/index.ts';
import type { Guard } from './guard.ts';
import { startProduct, type Product } from './product.ts';

const AGAIN_MS = 1_000;

export interface SuperviseOptions {
  /** What it is called where people read of it, and among what ends with the lab. */
  readonly name: string;
  readonly flags: readonly string[];
  /** When it counts as started: an end before that is told as such. */
  readonly untilReady: Promise<unknown>;
  readonly configFile: string;
  readonly logFile: string;
  readonly clock: LabClock;
  readonly environment: NodeJS.ProcessEnv;
  readonly discord: LabDiscord;
  readonly guard: Guard;
  readonly say: (text: string) => void;
}

export interface Supervised {
  /** Rejects when it ends before it was ready. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
  /** As a crash would. Resolves when it is gone; the next one is then on its way. */
  kill(): Promise<void>;
}

/** Starts the product, and once it was ready starts it again whenever it ends. */
export function superviseProduct(options: SuperviseOptions): Supervised {
  const { name, flags, untilReady, configFile: config, logFile, clock, environment, discord, guard, say } = options;
  const failed = Promise.withResolvers<never>();
  const ready = Promise.race([untilReady, failed.promise]);
  let state: 'starting' | 'running' | 'ending' = 'starting';
  let product: Product;

  function launch(): void {
    product = startProduct({ flags, config, logFile, clock, environment, onCrash: crashed });
    guard.watch(name, product.pid);
  }

  function crashed(why: string): void {
    guard.watch(name, undefined);
    if (state === 'starting') {
      failed.reject(new Error(`${name} did not start: ${why}. Its log: ${logFile}`));
      return;
    }
    discord.note(`${name}: ${why}; it is started again`);
    say(`${name.padEnd(12)} ${why}; started again (${logFile} has its log)`);
    clock.after(AGAIN_MS, () => {
      if (state === 'running') launch();
    });
  }

  launch();
  return {
    ready: ready.then(() => void (state = 'running')),
    async stop() {
      state = 'ending';
      await product.stop();
      guard.watch(name, undefined);
    },
    kill: () => product.kill(),
  };
}
