/** Watches over the product as a supervisor does: what ends by itself is started again. */
import type { LabClock } from '../clock.ts';
import type { LabDiscord } from '../discord/index.ts';
import type { Guard } from './guard.ts';
import { startProduct, type Product } from './product.ts';

const AGAIN_MS = 1_000;

export interface SuperviseOptions {
  readonly configFile: string;
  readonly logFile: string;
  readonly clock: LabClock;
  readonly environment: NodeJS.ProcessEnv;
  readonly discord: LabDiscord;
  readonly guard: Guard;
  readonly say: (text: string) => void;
}

export interface Supervised {
  /** Rejects when it ends before it has told Discord of its commands. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
  /** As a crash would. Resolves when it is gone; the next one is then on its way. */
  kill(): Promise<void>;
}

/** Starts the product, and once it was ready starts it again whenever it ends. */
export function superviseProduct(options: SuperviseOptions): Supervised {
  const { configFile: config, logFile, clock, environment, discord, guard, say } = options;
  const failed = Promise.withResolvers<never>();
  const ready = Promise.race([discord.waitFor(() => discord.world.commands.size > 0, 60_000), failed.promise]);
  let state: 'starting' | 'running' | 'ending' = 'starting';
  let product: Product;

  function launch(): void {
    product = startProduct({ config, logFile, clock, environment, onCrash: crashed });
    guard.watch('product', product.pid);
  }

  function crashed(why: string): void {
    guard.watch('product', undefined);
    if (state === 'starting') {
      failed.reject(new Error(`meshwarden did not start: ${why}. Its log: ${logFile}`));
      return;
    }
    discord.note(`meshwarden: ${why}; it is started again`);
    say(`meshwarden   ${why}; started again (${logFile} has its log)`);
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
      guard.watch('product', undefined);
    },
    kill: () => product.kill(),
  };
}
