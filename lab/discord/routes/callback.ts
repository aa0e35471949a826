import type { APIApplicationCommandOptionChoice, APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { InteractionResponseType, InteractionType, MessageFlags, MessageType } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import type { Interaction, InteractionKind } from '../interaction.ts';
import { editMessage, writeMessage } from '../messages.ts';
import type { MessagePayload } from '../payload.ts';
import { refusals } from '../refusal.ts';
import { NO_CONTENT, ok, param, type RestRequest, type Route } from '../rest.ts';
import { checkChoices } from '../rules/choices.ts';
import { checkModal } from '../rules/modal.ts';
import { checkMessage } from '../rules/message.ts';
import { factsBefore } from '../rules/before.ts';
import { messageText } from '../text.ts';
import type { StoredMessage } from '../world.ts';

const {
  ChannelMessageWithSource,
  DeferredChannelMessageWithSource,
  DeferredMessageUpdate,
  UpdateMessage,
  ApplicationCommandAutocompleteResult,
  Modal,
} = InteractionResponseType;

/** Which answers fit which act. */
const FITS: Readonly<Record<InteractionKind, readonly InteractionResponseType[]>> = {
  command: [ChannelMessageWithSource, DeferredChannelMessageWithSource, Modal],
  autocomplete: [ApplicationCommandAutocompleteResult],
  component: [ChannelMessageWithSource, DeferredChannelMessageWithSource, DeferredMessageUpdate, UpdateMessage, Modal],
  modal: [ChannelMessageWithSource, DeferredChannelMessageWithSource, DeferredMessageUpdate, UpdateMessage],
};

interface Callback {
  readonly type: InteractionResponseType;
  readonly data?: unknown;
}

/** The first answer to an interaction. */
export const callbackRoutes: readonly Route[] = [
  { method: 'POST', path: '/interactions/{interaction_id}/{interaction_token}/callback', auth: 'path', handle: callback },
];

function callback(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const interaction = core.interactions.toAcknowledge(param(request, 'interaction_id'), param(request, 'interaction_token'));
  const given = request.body as Callback;
  const needsSource = given.type === DeferredMessageUpdate || given.type === UpdateMessage;
  if (!FITS[interaction.kind].includes(given.type) || (needsSource && interaction.source === undefined)) {
    throw refusals.form(
      ['type'],
      'BASE_TYPE_CHOICES',
      `An answer of type ${given.type} does not fit an interaction of kind ${interaction.kind}`,
    );
  }
  answer(core, interaction, given, request);
  return request.query.get('with_response') === 'true' ? ok(responseJson(interaction, given.type)) : NO_CONTENT;
}

function answer(core: Core, interaction: Interaction, given: Callback, request: RestRequest): void {
  const payload = (given.data ?? {}) as MessagePayload;
  if (given.type === ApplicationCommandAutocompleteResult) {
    const { choices = [] } = (given.data ?? {}) as { choices?: APIApplicationCommandOptionChoice[] };
    checkChoices(choices);
    interaction.choices = choices;
    done(core, interaction, 'replied', `choices: ${choices.map((choice) => choice.name).join(', ')}`);
  } else if (given.type === Modal) {
    const modal = given.data as APIModalInteractionResponseCallbackData;
    checkModal(modal);
    interaction.modal = modal;
    done(core, interaction, 'replied', `modal: ${modal.title}`);
    core.transcript.bot(`opens "${modal.title}"`, undefined);
  } else if (given.type === DeferredMessageUpdate) {
    attachSource(interaction);
    done(core, interaction, 'deferred', 'defer update');
  } else if (given.type === UpdateMessage) {
    update(core, interaction, payload, request);
  } else {
    create(core, interaction, payload, { request, thinking: given.type === DeferredChannelMessageWithSource });
  }
}

function attachSource(interaction: Interaction): StoredMessage {
  if (interaction.source === undefined) throw refusals.unknownMessage();
  interaction.answer = interaction.source;
  return interaction.source;
}

function update(core: Core, interaction: Interaction, payload: MessagePayload, request: RestRequest): void {
  const stored = attachSource(interaction);
  checkMessage({ payload, files: request.files, before: factsBefore(stored) });
  editMessage(core.world, stored, { channel: interaction.channel, payload, files: request.files, origin: core.origin });
  done(core, interaction, 'replied', `update: ${messageText(stored.message)}`);
  core.transcript.bot('updates', stored.message);
}

function create(
  core: Core,
  interaction: Interaction,
  payload: MessagePayload,
  how: { readonly request: RestRequest; readonly thinking: boolean },
): void {
  if (!how.thinking) checkMessage({ payload, files: how.request.files });
  const stored = writeAnswer(core, interaction, payload, { files: how.request.files, thinking: how.thinking });
  interaction.answer = stored;
  const only = stored.ephemeralFor === undefined ? '' : ' (ephemeral)';
  if (how.thinking) done(core, interaction, 'deferred', `defer${only}`);
  else {
    done(core, interaction, 'replied', `reply${only}: ${messageText(stored.message)}`);
    core.transcript.bot(`answers${only}`, stored.message);
  }
}

/** Writes an answer or a follow-up with what ties it to its interaction. */
export function writeAnswer(
  core: Core,
  interaction: Interaction,
  payload: MessagePayload,
  how: { readonly files: RestRequest['files']; readonly thinking?: boolean; readonly followup?: boolean },
): StoredMessage {
  const ephemeral = ((payload.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const { applicationId } = core.world;
  return writeMessage(core.world, {
    channel: interaction.channel,
    payload,
    files: how.files,
    origin: core.origin,
    ...(ephemeral ? { ephemeralFor: interaction.user.user.id } : {}),
    ...(how.thinking ? { thinking: true } : {}),
    extra: {
      type: interaction.kind === 'command' && !how.followup ? MessageType.ChatInputCommand : MessageType.Reply,
      application_id: applicationId,
      webhook_id: applicationId,
      ...(how.followup ? {} : askedBy(interaction)),
      interaction_metadata: {
        ...interaction.metadata,
        ...(how.followup && interaction.answer ? { original_response_message_id: interaction.answer.message.id } : {}),
      },
    },
  });
}

/** The older field, which still is the only one that names the command. */
function askedBy({ id, command, user }: Interaction): Pick<APIMessage, 'interaction'> {
  return command === undefined ? {} : { interaction: { id, type: InteractionType.ApplicationCommand, name: command, user: user.user } };
}

function done(core: Core, interaction: Interaction, state: 'deferred' | 'replied', what: string): void {
  interaction.log.push(what);
  core.interactions.acknowledge(interaction, state);
}

const NUMBERS: Readonly<Record<InteractionKind, number>> = { command: 2, component: 3, autocomplete: 4, modal: 5 };

function responseJson(interaction: Interaction, type: InteractionResponseType): Record<string, unknown> {
  const message = interaction.answer?.message;
  const loading = interaction.answer?.thinking === true;
  const of = message === undefined ? {} : { response_message_id: message.id, response_message_loading: loading };
  const ephemeral = interaction.answer?.ephemeralFor !== undefined;
  return {
    interaction: {
      id: interaction.id,
      type: NUMBERS[interaction.kind],
      ...of,
      ...(message === undefined ? {} : { response_message_ephemeral: ephemeral }),
    },
    ...(message === undefined ? {} : { resource: { type: resourceType(type), message } }),
  };
}

/** A deferred answer's resource says what it will be. */
function resourceType(type: InteractionResponseType): InteractionResponseType {
  if (type === DeferredChannelMessageWithSource) return ChannelMessageWithSource;
  return type === DeferredMessageUpdate ? UpdateMessage : type;
}
