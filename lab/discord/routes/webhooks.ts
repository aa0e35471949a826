import { WebhookType, type APIWebhook } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import type { Interaction } from '../interaction.ts';
import { editMessage, writeMessage } from '../messages.ts';
import type { MessagePayload } from '../payload.ts';
import { refusals } from '../refusal.ts';
import { NO_CONTENT, ok, param, type RestRequest, type Route } from '../rest.ts';
import { factsBefore } from '../rules/before.ts';
import { checkMessage } from '../rules/message.ts';
import { messageText } from '../text.ts';
import { userJson, type StoredMessage, type Webhook, type World } from '../world.ts';
import { writeAnswer } from './callback.ts';

const HOOK = '/webhooks/{webhook_id}/{webhook_token}';
const MESSAGE = `${HOOK}/messages/{message_id}`;

/** What the bot does with an interaction's token after its first answer, and what anybody does with a webhook's. */
export const webhookRoutes: readonly Route[] = [
  { method: 'GET', path: HOOK, auth: 'path', handle: (core, request) => ok(webhookJson(core, webhookFor(core, request))) },
  { method: 'POST', path: HOOK, auth: 'path', handle: execute },
  { method: 'GET', path: MESSAGE, auth: 'path', handle: (core, request) => ok(find(core, request).stored.message) },
  { method: 'PATCH', path: MESSAGE, auth: 'path', handle: edit },
  { method: 'DELETE', path: MESSAGE, auth: 'path', handle: remove },
];

/** A channel's webhook, by both parts of its address. */
function webhookFor({ world }: Core, request: RestRequest): Webhook {
  const webhook = world.webhooks.get(param(request, 'webhook_id'));
  if (webhook === undefined) throw refusals.unknownWebhook();
  return withToken(world, webhook, request);
}

function withToken(world: World, webhook: Webhook, request: RestRequest): Webhook {
  if (webhook.token !== param(request, 'webhook_token')) throw refusals.expiredToken();
  if (!world.channels.has(webhook.channel.id)) throw refusals.unknownWebhook();
  return webhook;
}

function webhookJson({ world }: Core, { id, name, token, channel }: Webhook): APIWebhook {
  const type = WebhookType.Incoming;
  return { id, type, name, token, avatar: null, application_id: null, channel_id: channel.id, guild_id: world.guild.id };
}

function interactionFor(core: Core, request: RestRequest): Interaction {
  if (param(request, 'webhook_id') !== core.world.applicationId) throw refusals.unknownWebhook();
  return core.interactions.byToken(param(request, 'webhook_token'));
}

function find(core: Core, request: RestRequest): { readonly interaction: Interaction; readonly stored: StoredMessage } {
  const interaction = interactionFor(core, request);
  const id = param(request, 'message_id');
  const own = [interaction.answer, ...interaction.followups].filter((stored) => stored !== undefined);
  const stored = id === '@original' ? interaction.answer : own.find(({ message }) => message.id === id);
  if (stored === undefined || !interaction.channel.messages.has(stored.message.id)) throw refusals.unknownMessage();
  return { interaction, stored };
}

/** With the token of a channel's webhook a message of its own; with that of an interaction a follow-up. */
function execute(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const webhook = core.world.webhooks.get(param(request, 'webhook_id'));
  return webhook === undefined ? followUp(core, request) : postThrough(core, webhook, request);
}

function postThrough(core: Core, webhook: Webhook, request: RestRequest): ReturnType<Route['handle']> {
  const { world } = core;
  const { id, name, channel } = withToken(world, webhook, request);
  const payload = (request.body ?? {}) as MessagePayload;
  checkMessage({ payload, files: request.files });
  const author = { ...userJson(id, name), bot: true };
  const stored = writeMessage(world, { channel, payload, files: request.files, origin: core.origin, extra: { author, webhook_id: id } });
  core.transcript.bot(`posts as ${name}`, stored.message);
  return request.query.get('wait') === 'true' ? ok(stored.message) : NO_CONTENT;
}

/** The first follow-up to a deferred answer is that answer. */
function followUp(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const interaction = interactionFor(core, request);
  const payload = (request.body ?? {}) as MessagePayload;
  checkMessage({ payload, files: request.files });
  if (interaction.answer?.thinking) return ok(change(core, interaction, interaction.answer, request).message);
  const stored = writeAnswer(core, interaction, payload, { files: request.files, followup: true });
  interaction.followups.push(stored);
  const only = stored.ephemeralFor === undefined ? '' : ' (ephemeral)';
  interaction.log.push(`follow-up${only}: ${messageText(stored.message)}`);
  core.transcript.bot(`follows up${only}`, stored.message);
  core.world.changed();
  return ok(stored.message);
}

function edit(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const { interaction, stored } = find(core, request);
  const payload = (request.body ?? {}) as MessagePayload;
  checkMessage({ payload, files: request.files, before: factsBefore(stored) });
  return ok(change(core, interaction, stored, request).message);
}

function change(core: Core, interaction: Interaction, stored: StoredMessage, request: RestRequest): StoredMessage {
  const payload = (request.body ?? {}) as MessagePayload;
  editMessage(core.world, stored, { channel: interaction.channel, payload, files: request.files, origin: core.origin });
  interaction.log.push(`edit: ${messageText(stored.message)}`);
  interaction.state = 'replied';
  core.transcript.bot(stored.ephemeralFor === undefined ? 'edits' : 'edits (ephemeral)', stored.message);
  core.world.changed();
  return stored;
}

function remove(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const { interaction, stored } = find(core, request);
  interaction.channel.messages.delete(stored.message.id);
  interaction.log.push('delete');
  core.transcript.bot('deletes its answer', undefined);
  core.world.changed();
  return NO_CONTENT;
}
