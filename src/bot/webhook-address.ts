/** The address of a webhook of Discord: its last part is as good as a password. */
import type { Secret } from '../core/secret.ts';

const ADDRESS = /\/webhooks\/(?<id>\d{17,20})\/(?<token>[\w-]+)\/?$/;

export interface WebhookAddress {
  readonly id: string;
  readonly token: string;
}

/** What to do where it is not one, or no longer. */
export const NEW_ADDRESS = 'Copy it anew: settings of the channel, Integrations, Webhooks, Copy Webhook URL.';

/** Undefined where the address is not one of Discord's webhooks. */
export function readWebhook(webhook: Secret): WebhookAddress | undefined {
  const { id, token } = ADDRESS.exec(webhook.reveal().trim())?.groups ?? {};
  return id === undefined || token === undefined ? undefined : { id, token };
}
