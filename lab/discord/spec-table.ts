/** Which part of Discord's own description a call belongs to. */
import * as spec from 'discord-api-spec/zod';
import { z } from 'zod/mini';

export type Schema = z.ZodMiniType;

interface Described {
  readonly request?: Schema;
  /** Of a success. */
  readonly answer?: Schema;
}

const command = { request: spec.ApplicationCommandCreateRequestSchema, answer: spec.ApplicationCommandResponseSchema };
const commands = { request: z.array(spec.ApplicationCommandUpdateRequestSchema), answer: z.array(spec.ApplicationCommandResponseSchema) };
const channel = z.union([spec.GuildChannelResponseSchema, spec.ThreadResponseSchema]);
const message = spec.MessageResponseSchema;

/** By `METHOD template`. */
export const described: Readonly<Record<string, Described>> = {
  'GET /gateway/bot': { answer: spec.GatewayBotResponseSchema },
  'GET /users/@me': { answer: spec.UserPIIResponseSchema },
  'GET /users/@me/guilds': { answer: z.array(spec.MyGuildResponseSchema) },
  'GET /applications/@me': { answer: spec.PrivateApplicationResponseSchema },
  'GET /oauth2/applications/@me': { answer: spec.PrivateApplicationResponseSchema },
  'GET /guilds/{guild_id}': { answer: spec.GuildWithCountsResponseSchema },
  'GET /guilds/{guild_id}/roles': { answer: z.array(spec.GuildRoleResponseSchema) },
  'GET /guilds/{guild_id}/channels': { answer: z.array(spec.GuildChannelResponseSchema) },
  'GET /guilds/{guild_id}/members/{user_id}': { answer: spec.GuildMemberResponseSchema },
  'GET /channels/{channel_id}': { answer: channel },
  'PATCH /channels/{channel_id}': {
    request: spec.UpdateThreadRequestPartialSchema,
    answer: channel,
  },
  'GET /applications/{application_id}/commands': { answer: commands.answer },
  'PUT /applications/{application_id}/commands': commands,
  'POST /applications/{application_id}/commands': command,
  'GET /applications/{application_id}/commands/{command_id}': { answer: command.answer },
  'PATCH /applications/{application_id}/commands/{command_id}': {
    request: spec.ApplicationCommandPatchRequestPartialSchema,
    answer: command.answer,
  },
  'GET /applications/{application_id}/guilds/{guild_id}/commands': { answer: commands.answer },
  'PUT /applications/{application_id}/guilds/{guild_id}/commands': commands,
  'POST /applications/{application_id}/guilds/{guild_id}/commands': command,
  'GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}': { answer: command.answer },
  'PATCH /applications/{application_id}/guilds/{guild_id}/commands/{command_id}': {
    request: spec.ApplicationCommandPatchRequestPartialSchema,
    answer: command.answer,
  },
  'GET /channels/{channel_id}/messages': { answer: z.array(message) },
  'POST /channels/{channel_id}/messages': { request: spec.MessageCreateRequestSchema, answer: message },
  'GET /channels/{channel_id}/messages/{message_id}': { answer: message },
  'PATCH /channels/{channel_id}/messages/{message_id}': { request: spec.MessageEditRequestPartialSchema, answer: message },
  'POST /channels/{channel_id}/messages/{message_id}/threads': {
    request: spec.CreateTextThreadWithMessageRequestSchema,
    answer: spec.CreatedThreadResponseSchema,
  },
  'POST /channels/{channel_id}/threads': {
    request: spec.CreateTextThreadWithoutMessageRequestSchema,
    answer: spec.CreatedThreadResponseSchema,
  },
  'POST /interactions/{interaction_id}/{interaction_token}/callback': { answer: spec.InteractionCallbackResponseSchema },
  'GET /webhooks/{webhook_id}/{webhook_token}': { answer: spec.GuildIncomingWebhookResponseSchema },
  'POST /webhooks/{webhook_id}/{webhook_token}': { request: spec.IncomingWebhookInteractionRequestSchema, answer: message },
  'GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': { answer: message },
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': {
    request: spec.IncomingWebhookUpdateForInteractionCallbackRequestPartialSchema,
    answer: message,
  },
};

/** A callback's body, by its type: the description's union of all of them would report noise. */
export const callbackBodies: Readonly<Record<number, Schema>> = {
  4: spec.CreateMessageInteractionCallbackRequestSchema,
  5: spec.CreateMessageInteractionCallbackRequestSchema,
  6: spec.UpdateMessageInteractionCallbackRequestSchema,
  7: spec.UpdateMessageInteractionCallbackRequestSchema,
  8: spec.ApplicationCommandAutocompleteCallbackRequestSchema,
  9: spec.ModalInteractionCallbackRequestSchema,
};

/** Of a refusal. The description's `errors` ask for numbers where Discord sends names such as `BASE_TYPE_MAX_LENGTH`, so they are left out. */
export const errorAnswer: Schema = spec.ErrorSchema;
