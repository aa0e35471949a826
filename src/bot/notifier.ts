import { DiscordAPIError, type Client } from 'discord.js';
import { toFailure } from '../core/errors.ts';
import { toMessage } from './card.ts';
import type { BotContext, OutboxEntry } from './context.ts';
import { discordError } from './live-message.ts';
import { noticeCard } from './render/notice.ts';

/** How often the outbox is looked at, and how long a claimed notice is ours, in milliseconds. */
const LOOK_EVERY_MS = 2_000;
const LEASE_MS = 30_000;

export interface Notifier {
  /** Looks now instead of at the next round. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Posts what waits in the outbox. A notice that could not be posted stays there and is tried again, ever less often; the nonce makes Discord drop a
 * second copy of one that it had taken although it answered with an error.
 */
export function startNotifier(client: Client, context: BotContext, signal: AbortSignal): Notifier {
  const { clock, log, outbox } = context;
  const own = log.child({ component: 'notifier' });
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function round(): Promise<void> {
    for (;;) {
      if (stopped || signal.aborted) return;
      const entry = await outbox.claim(clock.now(), LEASE_MS);
      if (entry === undefined) return;
      await deliver(entry);
    }
  }

  async function deliver(entry: OutboxEntry): Promise<void> {
    try {
      const id = await post(entry);
      await outbox.done(entry.id, id);
      own.info({ notice: entry.id, message: id }, 'a notice was posted');
    } catch (error) {
      const failure = toFailure(error instanceof DiscordAPIError ? discordError(error) : error);
      const due = await outbox.retry(entry, clock.now());
      own.warn(
        { notice: entry.id, attempt: entry.attempt, due, reason: failure.reason, why: failure.message },
        'a notice could not be posted; it is tried again',
      );
    }
  }

  async function post({ notice, nonce }: OutboxEntry): Promise<string> {
    const channel = await client.channels.fetch(context.alertsChannel);
    if (channel === null || !channel.isSendable()) throw new Error(`Channel ${context.alertsChannel} takes no messages`);
    const message = await channel.send({ ...toMessage(noticeCard(notice, clock.now())), nonce, enforceNonce: true });
    return message.id;
  }

  function look(): void {
    running = running
      .then(round)
      .catch((error: unknown) => own.debug({ err: error }, 'the outbox could not be read; it is looked at again'));
  }

  const again = (): { stop(): void } =>
    clock.after(LOOK_EVERY_MS, () => {
      look();
      timer = again();
    });
  let timer = again();
  look();
  return {
    wake: look,
    async stop() {
      stopped = true;
      timer.stop();
      await running;
    },
  };
}
