/** Asks a webhook of Discord what it is, which takes its address alone. Nothing is posted. */
import { DiscordAPIError, HTTPError, REST, Routes } from 'discord.js';
import { z } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError, toFailure } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';
import type { WebhookSetup } from '../mesh/setup.ts';
import { discordError } from './discord-error.ts';
import { NEW_ADDRESS, readWebhook, type WebhookAddress } from './webhook-address.ts';

const DEADLINE_MS = 10_000;
const WHAT = 'The fallback webhook cannot be used';
const Found = z.object({ guild_id: z.string().nullish(), channel_id: z.string().nullish() });

export interface WebhookDoctorOptions {
  readonly webhook: Secret;
  /** Base address of the API, without a version. */
  readonly api: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Never rejects for what Discord answers, and repeats nothing of the address. */
export async function tryWebhook({ webhook, api, clock, signal }: WebhookDoctorOptions): Promise<WebhookSetup> {
  const address = readWebhook(webhook);
  try {
    if (address === undefined) throw unusable('invalid', 'its address is no webhook of Discord', NEW_ADDRESS);
    return { ok: true, value: await withDeadline(clock, DEADLINE_MS, WHAT, () => ask(address, api), signal) };
  } catch (error) {
    return { ok: false, failure: toFailure(readable(error)) };
  }
}

async function ask({ id, token }: WebhookAddress, api: string): Promise<{ guild: string | undefined; channel: string | undefined }> {
  const rest = new REST({ api, timeout: 5_000, retries: 1 });
  const { guild_id: guild, channel_id: channel } = Found.parse(await rest.get(Routes.webhook(id, token), { auth: false }));
  return { guild: guild ?? undefined, channel: channel ?? undefined };
}

/** Errors of discord.js hold the address that was asked, so none of them is handed on. */
function readable(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  if (error instanceof z.ZodError)
    return unusable('protocol', 'the answer has another shape than expected', 'Correct discord.api, where it is set.');
  const { reason } = discordError(error);
  if (error instanceof DiscordAPIError) {
    const gone = reason === 'unauthorized' || reason === 'notFound';
    return unusable(reason, `${error.status} ${error.code} ${error.message}`, gone ? NEW_ADDRESS : 'Try again later.');
  }
  if (error instanceof HTTPError) return unusable(reason, `HTTP ${error.status}`, 'Try again later.');
  return unusable('unreachable', 'no answer', 'Is there a way to the internet from here? If discord.api is set, correct it.');
}

function unusable(reason: OperatorError['reason'], why: string, next: string): OperatorError {
  return new OperatorError({ reason, what: WHAT, why, next });
}
