import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes } from 'discord.js';
import { OperatorError, type Reason } from '../core/errors.ts';

/** What Discord said, without the address, which holds the interaction's token, and without the body that was sent. */
export function discordError(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof DiscordAPIError) return refused(error);
  if (error instanceof RateLimitError) return slowDown(Math.max(error.timeToReset, error.retryAfter));
  if (error instanceof HTTPError)
    return new OperatorError({ reason: 'serverError', what: 'Discord failed to take a message', why: `HTTP ${error.status}` });
  const why = error instanceof Error ? error.message : String(error);
  return new OperatorError({ reason: 'unreachable', what: 'Discord cannot be reached', why, cause: error });
}

/** True where Discord says exactly this. */
export function isCode(error: unknown, code: RESTJSONErrorCodes): boolean {
  return error instanceof DiscordAPIError && error.code === code;
}

/** True where the same call may succeed later: a server error, a cut connection, no answer. Never what Discord refused. */
export function isPassing({ reason }: OperatorError): boolean {
  return reason === 'serverError' || reason === 'unreachable' || reason === 'timeout';
}

const REASONS: Readonly<Record<number, Reason>> = { 401: 'unauthorized', 403: 'forbidden', 404: 'notFound', 429: 'rateLimited' };

function refused(error: DiscordAPIError): OperatorError {
  return new OperatorError({
    reason: error.status >= 500 ? 'serverError' : (REASONS[error.status] ?? 'invalid'),
    what: 'Discord refused a message',
    why: `${error.status} ${error.code} ${error.message}`,
    next: hintFor(error),
  });
}

function slowDown(retryAfterMs: number): OperatorError {
  return new OperatorError({
    reason: 'rateLimited',
    what: 'Discord asks to go slower',
    why: `it takes the next one in ${Math.ceil(retryAfterMs / 1_000)} s`,
    retryAfterMs,
  });
}

function hintFor({ code }: DiscordAPIError): string {
  if (code === RESTJSONErrorCodes.MissingAccess) return 'Let the bot see this channel: give it View Channel there.';
  if (code === RESTJSONErrorCodes.MissingPermissions) return 'Give the bot Send Messages, Embed Links and Attach Files in this channel.';
  if (code === RESTJSONErrorCodes.UnknownChannel) return 'Correct the channel id in the configuration.';
  return 'Run `meshwarden doctor`: it tries the token, the channel and the permissions.';
}
