import type { Core } from '../core.ts';
import type { Interaction } from '../interaction.ts';
import { editMessage } from '../messages.ts';
import type { MessagePayload } from '../payload.ts';
import { refusals } from '../refusal.ts';
import { NO_CONTENT, ok, param, type RestRequest, type Route } from '../rest.ts';
import { factsBefore } from '../rules/before.ts';
import { checkMessage } from '../rules/message.ts';
import { messageText } from '../text.ts';
import type { StoredMessage } from '../world.ts';
import { writeAnswer } from './callback.ts';

const HOOK = '/webhooks/{webhook_id}/{webhook_token}';
const MESSAGE = `${HOOK}/messages/{message_id}`;

/** What the bot does with an interaction's token after its first answer. */
export const webhookRoutes: readonly Route[] = [
  { method: 'POST', path: HOOK, auth: 'path', handle: followUp },
  { method: 'GET', path: MESSAGE, auth: 'path', handle: (core, request) => ok(find(core, request).stored.message) },
  { method: 'PATCH', path: MESSAGE, auth: 'path', handle: edit },
  { method: 'DELETE', path: MESSAGE, auth: 'path', handle: remove },
];

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
