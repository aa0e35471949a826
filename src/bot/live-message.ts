import { DiscordAPIError, HTTPError, RESTJSONErrorCodes, type Client, type RepliableInteraction } from 'discord.js';
import type { Clock } from '../core/clock.ts';
import { MINUTE } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import { toMessage, type Card } from './card.ts';

/** An interaction's token is good for 15 minutes; the last one is left to slow answers. */
const TOKEN_LIFE_MS = 14 * MINUTE;
const TRIES = 5;
const FIRST_WAIT_MS = 250;

/** A message of the bot's that is edited while work goes on, for as long as that takes. */
export interface LiveMessage {
  readonly channel: string;
  readonly message: string;
  /** @throws OperatorError when Discord took it at no try; `notFound` when the message is gone. */
  edit(card: Card): Promise<void>;
}

export interface LiveMessageOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly channel: string;
  readonly message: string;
  /** Edits go through it while its token is good; without one, or after that, through the channel. */
  readonly interaction?: RepliableInteraction;
  readonly signal: AbortSignal;
}

export function liveMessage({ client, clock, channel, message, interaction, signal }: LiveMessageOptions): LiveMessage {
  const begun = clock.now();
  let tokenGood = interaction !== undefined;

  async function once(card: Card): Promise<void> {
    const body = toMessage(card);
    if (interaction !== undefined && tokenGood && clock.now() - begun < TOKEN_LIFE_MS) {
      await interaction.editReply({ ...body, message });
      return;
    }
    const found = await client.channels.fetch(channel);
    if (found === null || !found.isTextBased()) throw gone(channel);
    await found.messages.edit(message, body);
  }

  return {
    channel,
    message,
    async edit(card) {
      await withRetries(clock, signal, async () => {
        try {
          await once(card);
        } catch (error) {
          if (!(error instanceof DiscordAPIError) || error.code !== RESTJSONErrorCodes.InvalidWebhookToken || !tokenGood) throw error;
          tokenGood = false;
          await once(card);
        }
      });
    },
  };
}

/** Tries again what Discord or the way to it failed at: a server error, a cut connection. Never what Discord refused. */
export async function withRetries<T>(clock: Clock, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= TRIES || !isPassing(error)) throw discordError(error);
      await clock.sleep(FIRST_WAIT_MS * 2 ** attempt, signal);
    }
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.status >= 500;
  if (error instanceof HTTPError) return error.status >= 500;
  return !(error instanceof OperatorError);
}

/** What Discord said, without the address, which holds the interaction's token, and without the body that was sent. */
export function discordError(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof DiscordAPIError) {
    const reason =
      error.status === 404 ? 'notFound' : error.status === 401 ? 'unauthorized' : error.status === 403 ? 'forbidden' : 'invalid';
    return new OperatorError({
      reason,
      what: 'Discord refused a message',
      why: `${error.status} ${error.code} ${error.message}`,
      next: hintFor(error),
    });
  }
  if (error instanceof HTTPError)
    return new OperatorError({ reason: 'serverError', what: 'Discord failed to take a message', why: `HTTP ${error.status}` });
  const why = error instanceof Error ? error.message : String(error);
  return new OperatorError({ reason: 'unreachable', what: 'Discord cannot be reached', why, cause: error });
}

function hintFor(error: DiscordAPIError): string {
  if (error.code === RESTJSONErrorCodes.MissingAccess) return 'Let the bot see this channel: give it View Channel there.';
  if (error.code === RESTJSONErrorCodes.MissingPermissions)
    return 'Give the bot Send Messages, Embed Links and Attach Files in this channel.';
  if (error.code === RESTJSONErrorCodes.UnknownChannel) return 'Correct the channel id in the configuration.';
  return 'Run `meshwarden doctor`: it tries the token, the channel and the permissions.';
}

function gone(channel: string): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: 'Cannot edit a message',
    where: `channel ${channel}`,
    why: 'the channel is not there any more',
  });
}
