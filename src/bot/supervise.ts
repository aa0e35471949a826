import type { Clock } from '../core/clock.ts';
import { MINUTE, SECOND } from '../core/duration.ts';
import { toFailure, type OperatorError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { Bot } from './bot.ts';
import type { Fallback } from './fallback.ts';

/** The first wait after a failure, doubling up to the last. Discord resets the token of a bot that logs in 1000 times a day. */
const FIRST_WAIT_MS = 5 * SECOND;
const LAST_WAIT_MS = 10 * MINUTE;
/** A bot that was up this long had no trouble logging in: the count of failures starts anew. */
const SOUND_MS = 10 * MINUTE;

export interface Backoff {
  readonly failures: number;
  /** UTC milliseconds. */
  readonly notBefore: number;
}

export interface SuperviseOptions {
  /** Starts one life of the bot; the signal ends a start that is under way. */
  readonly start: (signal: AbortSignal) => Promise<Bot>;
  /** Survives restarts; failures to read or write it are logged and cost nothing but the memory. */
  readonly memory: { read(): Promise<Backoff | undefined>; write(backoff: Backoff): Promise<void> };
  /** Takes over what cannot wait while the bot is down. */
  readonly fallback?: Fallback;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export type BotState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly since: number }
  | { readonly kind: 'down'; readonly why: string; readonly next: string | undefined; readonly again: number };

export interface BotSupervisor {
  state(): BotState;
  /** Resolves when the first attempt has ended, well or not. */
  readonly attempted: Promise<void>;
  stop(): Promise<void>;
}

/** Keeps the bot running. What stops it, a refused token included, stops nothing else; it is tried again with a back-off. */
export function superviseBot({ start, memory, fallback, clock, random, log }: SuperviseOptions): BotSupervisor {
  const stopping = new AbortController();
  const own = log.child({ component: 'bot' });
  let state: BotState = { kind: 'starting' };
  let failures = 0;
  let downSince: number | undefined = clock.now();
  let told: () => void = () => undefined;
  const attempted = new Promise<void>((resolve) => {
    told = resolve;
  });

  async function run(): Promise<void> {
    await waitForTurn();
    while (!stopping.signal.aborted) {
      const why = await attempt();
      told();
      if (stopping.signal.aborted) return;
      await fail(why);
    }
  }

  /** One life of the bot: why it ended. */
  async function attempt(): Promise<unknown> {
    try {
      const bot = await start(stopping.signal);
      const since = clock.now();
      state = { kind: 'up', since };
      downSince = undefined;
      told();
      const why = await Promise.race([bot.ended, aborted(stopping.signal)]);
      await bot.stop();
      if (clock.now() - since >= SOUND_MS) failures = 0;
      return why;
    } catch (error) {
      return error;
    }
  }

  async function fail(why: unknown): Promise<void> {
    failures += 1;
    const wait = waitAfter(failures, random.next());
    const failure = toFailure(why);
    downSince ??= clock.now();
    state = { kind: 'down', why: failure.message, next: failure.next, again: clock.now() + wait };
    own.error(
      { reason: failure.reason, why: failure.message, next: failure.next, againInMs: wait },
      'the bot is down; jobs go on, it is tried again',
    );
    await remember({ failures, notBefore: clock.now() + wait });
    await pause(wait);
  }

  async function waitForTurn(): Promise<void> {
    const before = await recall();
    if (before === undefined) return;
    failures = before.failures;
    await pause(Math.min(Math.max(0, before.notBefore - clock.now()), LAST_WAIT_MS));
  }

  async function recall(): Promise<Backoff | undefined> {
    try {
      return await memory.read();
    } catch (error) {
      own.debug({ err: error }, 'no back-off is known');
      return undefined;
    }
  }

  async function remember(backoff: Backoff): Promise<void> {
    await memory.write(backoff).catch((error: unknown) => own.debug({ err: error }, 'the back-off was not kept'));
  }

  async function pause(ms: number): Promise<void> {
    // Ends early only when the bot is to stop, which the loop sees by itself.
    await clock.sleep(ms, stopping.signal).catch(() => undefined);
  }

  const running = Promise.all([run(), fallback?.run(() => downSince, stopping.signal)]);
  return {
    state: () => state,
    attempted,
    async stop() {
      stopping.abort();
      told();
      await running;
    },
  };
}

/** Milliseconds to wait after so many failures in a row: doubling, with up to a quarter more by chance. */
export function waitAfter(failures: number, chance: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LAST_WAIT_MS);
  return Math.round(wait * (1 + chance / 4));
}

function aborted(signal: AbortSignal): Promise<OperatorError | undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
