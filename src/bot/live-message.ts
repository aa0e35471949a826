import { RESTJSONErrorCodes, SnowflakeUtil, type Client, type RepliableInteraction, type SendableChannels } from 'discord.js';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { HOUR, MINUTE, SECOND } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import { toMessage, type Card } from './card.ts';
import { discordError, isCode, isPassing } from './discord-error.ts';

/** An interaction's token is good for 15 minutes; the last one is left to slow answers. */
export const TOKEN_LIFE_MS = 14 * MINUTE;
/** One call, repeats of discord.js included. */
const CALL_MS = 20 * SECOND;
/** So long the last word is tried to be said while Discord is away. */
const GIVE_UP_MS = 15 * MINUTE;
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30 * SECOND;

/** A message of the bot's that is edited while work goes on, for as long as that takes. */
export interface LiveMessage {
  readonly channel: string;
  readonly message: string;
  /** Shows what is being done, if Discord takes it at once: left out while another one is on its way, and once the last word is said. */
  show(card: Card): void;
  /**
   * Says the last word, and tries for a quarter of an hour. Where Discord lets the message be edited no more, it is said in a new one.
   * @throws OperatorError when Discord took it at no try; `notFound` when the message is gone.
   */
  finish(card: Card): Promise<void>;
}

export interface LiveMessageOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly channel: string;
  /** `@original` for an answer that only one person sees: it is reached through the interaction alone. */
  readonly message: string;
  /** Edits go through it while its token is good; without one, or after that, through the channel. */
  readonly interaction?: RepliableInteraction;
  readonly signal: AbortSignal;
}

export function liveMessage({ client, clock, channel, message, interaction, signal }: LiveMessageOptions): LiveMessage {
  const begun = clock.now();
  let tokenEnded = false;
  let showing: Promise<void> | undefined;
  let finished = false;

  const token = (): RepliableInteraction | undefined => (tokenEnded || clock.now() - begun >= TOKEN_LIFE_MS ? undefined : interaction);

  /** Through the interaction, or through the channel where its token is not good any more. */
  async function through<T>(byToken: (token: RepliableInteraction) => Promise<T>, byChannel: () => Promise<T>): Promise<T> {
    const good = token();
    if (good === undefined) return byChannel();
    try {
      return await byToken(good);
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.InvalidWebhookToken)) throw error;
      tokenEnded = true;
      return byChannel();
    }
  }

  const edit = (card: Card): Promise<unknown> =>
    through<unknown>(
      (good) => good.editReply({ ...toMessage(card), message }),
      async () => (await textChannel(client, channel, message)).messages.edit(message, toMessage(card)),
    );

  const postAnew = (card: Card): Promise<unknown> =>
    through<unknown>(
      (good) => good.followUp(toMessage(card)),
      async () => (await textChannel(client, channel, message)).send(toMessage(card)),
    );

  const call = (work: () => Promise<unknown>): Promise<unknown> => withDeadline(clock, CALL_MS, 'Editing a message', work, signal);

  async function attempt(card: Card): Promise<void> {
    try {
      await call(() => edit(card));
    } catch (error) {
      const failure = discordError(error);
      if (failure.reason !== 'rateLimited') throw failure;
      await call(() => postAnew(card));
    }
  }

  return {
    channel,
    message,
    show(card) {
      if (finished || showing !== undefined || isOld(message, clock.now())) return;
      showing = call(() => edit(card)).then(
        () => undefined,
        // What is being done is worth nothing a moment later, so it is not said again.
        () => undefined,
      );
      void showing.then(() => (showing = undefined));
    },
    async finish(card) {
      finished = true;
      await showing;
      await keepTrying(clock, signal, () => attempt(card));
    },
  };
}

/** Discord takes few edits of a message that is older than an hour (30046): they are kept for its last word. */
function isOld(message: string, now: number): boolean {
  return message !== '@original' && now - SnowflakeUtil.timestampFrom(message) >= HOUR;
}

async function textChannel(client: Client, channel: string, message: string): Promise<SendableChannels> {
  const found = message === '@original' ? null : await client.channels.fetch(channel);
  if (found?.isSendable() !== true) throw gone(channel);
  return found;
}

/** Tries again what Discord or the way to it failed at, ever less often. Never what Discord refused. */
async function keepTrying(clock: Clock, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const begun = clock.now();
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LAST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      const failure = discordError(error);
      const patience = failure.reason === 'rateLimited' ? (failure.retryAfterMs ?? LAST_WAIT_MS) : isPassing(failure) ? wait : undefined;
      if (patience === undefined || clock.now() - begun >= GIVE_UP_MS) throw failure;
      await clock.sleep(patience, signal);
    }
  }
}

function gone(channel: string): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: 'Cannot edit a message',
    where: `channel ${channel}`,
    why: 'it cannot be reached any more',
  });
}
