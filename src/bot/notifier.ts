import { RESTJSONErrorCodes, type Client, type SendableChannels } from 'discord.js';
import { withDeadline } from '../core/abort.ts';
import { OperatorError, toFailure, type Failure } from '../core/errors.ts';
import { toMessage } from './card.ts';
import type { BotContext, OutboxEntry } from './context.ts';
import { discordError, isCode } from './discord-error.ts';
import { noticeCard } from './render/notice.ts';

/** How often the outbox is looked at, how long a claimed notice is ours, and how long one post may take, in milliseconds. */
const LOOK_EVERY_MS = 2_000;
const LEASE_MS = 60_000;
const POST_MS = 25_000;

export interface Notifier {
  /** Why the last notice could not be posted; undefined once one could. */
  failure(): Failure | undefined;
  /** Resolves soon after the signal was aborted. */
  readonly stopped: Promise<void>;
}

/**
 * Posts what waits in the outbox. A notice that could not be posted stays there and is tried again, ever less often; the nonce makes Discord drop a
 * second copy of one that it had taken although it answered with an error.
 */
export function startNotifier(client: Client, context: BotContext, signal: AbortSignal): Notifier {
  const { clock, outbox } = context;
  const log = context.log.child({ component: 'notifier' });
  let failure: Failure | undefined;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await round().catch((error: unknown) => log.debug({ err: error }, 'the outbox could not be read; it is looked at again'));
      // Ends early only when the bot stops, which the loop sees by itself.
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  async function round(): Promise<void> {
    for (;;) {
      if (signal.aborted) return;
      const entry = await outbox.claim(clock.now(), LEASE_MS);
      if (entry === undefined) return;
      await deliver(entry);
    }
  }

  async function deliver(entry: OutboxEntry): Promise<void> {
    try {
      const message = await withDeadline(clock, POST_MS, 'Posting a notice', () => post(entry), signal);
      failure = undefined;
      await outbox.done(entry.id, message);
      log.info({ notice: entry.id, message }, 'a notice was posted');
    } catch (error) {
      await putBack(entry, discordError(error));
    }
  }

  async function putBack(entry: OutboxEntry, error: OperatorError): Promise<void> {
    failure = toFailure(error);
    const due = await outbox.retry(entry, clock.now(), error.retryAfterMs);
    const { reason, message: why, next } = failure;
    log.warn({ notice: entry.id, attempt: entry.attempt, due, reason, why, next }, 'a notice could not be posted; it is tried again');
  }

  async function post({ notice, nonce }: OutboxEntry): Promise<string> {
    const id = notice.kind === 'audit' ? (context.auditChannel ?? context.alertsChannel) : context.alertsChannel;
    const channel = await client.channels.fetch(id);
    if (channel?.isSendable() !== true) throw wrongChannel(id);
    const card = toMessage(noticeCard(notice, clock.now()));
    const earlier = 'replaces' in notice && notice.replaces !== undefined ? await outbox.messageOf(notice.replaces) : undefined;
    if (earlier !== undefined && (await edited(channel, earlier, card))) return earlier;
    const message = await channel.send({ ...card, nonce, enforceNonce: true });
    return message.id;
  }

  return { failure: () => failure, stopped: run() };
}

/** False where the message that told of it before is gone: then it is told anew. */
async function edited(channel: SendableChannels, message: string, card: ReturnType<typeof toMessage>): Promise<boolean> {
  try {
    await channel.messages.edit(message, card);
    return true;
  } catch (error) {
    if (isCode(error, RESTJSONErrorCodes.UnknownMessage)) return false;
    throw error;
  }
}

function wrongChannel(id: string): OperatorError {
  return new OperatorError({
    reason: 'invalid',
    what: 'Cannot post a notice',
    where: `channel ${id}`,
    why: 'nobody can write messages there',
    next: 'Correct discord.channels.alerts in the configuration.',
  });
}
