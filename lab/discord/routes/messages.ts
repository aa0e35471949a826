import { ChannelType, GatewayIntentBits, MessageFlags, MessageType, type APIMessage } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { editMessage, writeMessage } from '../messages.ts';
import type { MessagePayload } from '../payload.ts';
import { channelJson } from '../payloads.ts';
import { has, permissionsIn } from '../permissions.ts';
import { refusals } from '../refusal.ts';
import { NO_CONTENT, ok, type RestRequest, type Route } from '../rest.ts';
import { factsBefore } from '../rules/before.ts';
import { checkMessage } from '../rules/message.ts';
import type { Channel, StoredMessage } from '../world.ts';
import { channelFor, messageFor } from './access.ts';

const HOUR = 3_600_000;
/** Discord publishes no figures; the double takes so many edits of an old message within a minute before it answers 30046. */
const LATE_EDITS = 5;
const LATE_WINDOW = 60_000;
/** A nonce is remembered for "the past few minutes". */
const NONCE_MS = 5 * 60_000;

/** Messages that the bot posts by itself. */
export const messageRoutes: readonly Route[] = [
  { method: 'POST', path: '/channels/{channel_id}/messages', auth: 'bot', handle: post },
  { method: 'GET', path: '/channels/{channel_id}/messages', auth: 'bot', handle: list },
  {
    method: 'GET',
    path: '/channels/{channel_id}/messages/{message_id}',
    auth: 'bot',
    handle: (core, request) => ok(withThread(core, messageFor(channelFor(core, request, 'ReadMessageHistory'), request).message)),
  },
  { method: 'PATCH', path: '/channels/{channel_id}/messages/{message_id}', auth: 'bot', handle: edit },
  { method: 'DELETE', path: '/channels/{channel_id}/messages/{message_id}', auth: 'bot', handle: remove },
];

function post(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const payload = (request.body ?? {}) as MessagePayload;
  const channel = channelFor(core, request, 'SendMessages');
  rights(core, channel, payload, request);
  checkMessage({ payload, files: request.files });
  if (channel.thread?.archived && channel.thread.locked) throw refusals.archivedThread();
  const same = payload.enforce_nonce ? nonceMatch(core, channel, payload) : undefined;
  if (same !== undefined) return ok(same.message);
  if (channel.thread) channel.thread.archived = false;
  const extra = reference(channel, payload);
  const stored = writeMessage(core.world, { channel, payload, files: request.files, origin: core.origin, extra });
  core.transcript.bot('posts', stored.message);
  core.gateway.dispatch('MESSAGE_CREATE', { ...stored.message, guild_id: core.world.guild.id }, GatewayIntentBits.GuildMessages);
  return ok(stored.message);
}

function rights(core: Core, channel: Channel, payload: MessagePayload, request: RestRequest): void {
  const granted = permissionsIn(core.world, core.world.bot, channel);
  const lacksEmbeds = (payload.embeds?.length ?? 0) > 0 && !has(granted, 'EmbedLinks');
  const lacksFiles = request.files.length > 0 && !has(granted, 'AttachFiles');
  if (lacksEmbeds || lacksFiles) throw refusals.missingPermissions();
}

function nonceMatch(core: Core, channel: Channel, payload: MessagePayload): StoredMessage | undefined {
  const since = core.world.clock.now() - NONCE_MS;
  return [...channel.messages.values()].find(
    ({ message }) => message.nonce === payload.nonce && payload.nonce !== undefined && Date.parse(message.timestamp) >= since,
  );
}

function reference(channel: Channel, payload: MessagePayload): Partial<APIMessage> {
  const to = payload.message_reference?.message_id;
  if (to === undefined) return {};
  if (!channel.messages.has(to)) {
    if (payload.message_reference?.fail_if_not_exists === false) return {};
    throw refusals.form(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
  }
  return { type: MessageType.Reply, message_reference: { type: 0, message_id: to, channel_id: channel.id } };
}

function list(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const channel = channelFor(core, request, 'ReadMessageHistory');
  const limit = Number(request.query.get('limit') ?? '50');
  const [before, after] = [request.query.get('before'), request.query.get('after')];
  const seen = [...channel.messages.values()].filter((stored) => stored.ephemeralFor === undefined).map((stored) => stored.message);
  const inside = seen.filter(
    ({ id }) => (before === null || BigInt(id) < BigInt(before)) && (after === null || BigInt(id) > BigInt(after)),
  );
  const page = after === null ? inside.slice(-limit) : inside.slice(0, limit);
  return ok(page.reverse().map((message) => withThread(core, message)));
}

function edit(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const payload = (request.body ?? {}) as MessagePayload;
  const channel = channelFor(core, request);
  const stored = messageFor(channel, request);
  if (stored.message.author.id !== core.world.bot.user.id) throw refusals.notTheAuthor();
  if (channel.thread?.archived) throw refusals.archivedThread();
  checkMessage({ payload, files: request.files, before: factsBefore(stored) });
  limitLateEdits(core, stored);
  editMessage(core.world, stored, { channel, payload, files: request.files, origin: core.origin });
  core.transcript.bot('edits', stored.message);
  core.gateway.dispatch('MESSAGE_UPDATE', { ...stored.message, guild_id: core.world.guild.id }, GatewayIntentBits.GuildMessages);
  return ok(withThread(core, stored.message));
}

function limitLateEdits(core: Core, stored: StoredMessage): void {
  const now = core.world.clock.now();
  if (now - Date.parse(stored.message.timestamp) < HOUR) return;
  const first = stored.lateEdits.at(-LATE_EDITS);
  if (first !== undefined && now - first < LATE_WINDOW) throw refusals.editTooOften(Math.ceil((first + LATE_WINDOW - now) / 1000));
  stored.lateEdits.push(now);
}

function remove(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const channel = channelFor(core, request);
  const { message } = messageFor(channel, request);
  if (message.author.id !== core.world.bot.user.id && !has(permissionsIn(core.world, core.world.bot, channel), 'ManageMessages')) {
    throw refusals.missingPermissions();
  }
  channel.messages.delete(message.id);
  core.world.changed();
  core.transcript.bot('deletes a message', undefined);
  core.gateway.dispatch(
    'MESSAGE_DELETE',
    { id: message.id, channel_id: channel.id, guild_id: core.world.guild.id },
    GatewayIntentBits.GuildMessages,
  );
  return NO_CONTENT;
}

/** The message with the thread that hangs from it. */
function withThread(core: Core, message: APIMessage): APIMessage {
  const thread = core.world.channels.get(message.id);
  if (thread?.type !== ChannelType.PublicThread) return message;
  const flags = (message.flags ?? 0) | MessageFlags.HasThread;
  return { ...message, flags, thread: channelJson(core.world, thread) };
}
