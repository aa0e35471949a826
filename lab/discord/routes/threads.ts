import { ChannelType } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import { channelJson } from '../payloads.ts';
import { Form, refusals } from '../refusal.ts';
import { NO_CONTENT, ok, type RestRequest, type Route } from '../rest.ts';
import type { Channel, ThreadFacts } from '../world.ts';
import { channelFor, messageFor } from './access.ts';

interface ThreadPayload {
  readonly name?: string | null;
  readonly auto_archive_duration?: ThreadFacts['autoArchiveMinutes'] | null;
  readonly type?: number | null;
  readonly archived?: boolean | null;
  readonly locked?: boolean | null;
}

const MAX_NAME = 100;

export const threadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/channels/{channel_id}/messages/{message_id}/threads',
    auth: 'bot',
    handle: (core, request) => {
      const parent = channelFor(core, request, 'CreatePublicThreads');
      const { message } = messageFor(parent, request);
      if (core.world.channels.has(message.id)) throw refusals.threadExists();
      return created(core, parent, request.body as ThreadPayload, message.id);
    },
  },
  {
    method: 'POST',
    path: '/channels/{channel_id}/threads',
    auth: 'bot',
    handle: (core, request) => {
      const payload = request.body as ThreadPayload;
      const isPublic = payload.type === ChannelType.PublicThread;
      if (!isPublic) throw refusals.form(['type'], 'BASE_TYPE_CHOICES', 'The lab knows public threads (11) only.');
      return created(core, channelFor(core, request, 'CreatePublicThreads'), payload, undefined);
    },
  },
  {
    method: 'PUT',
    path: '/channels/{channel_id}/thread-members/@me',
    auth: 'bot',
    handle: (core, request) => {
      channelFor(core, request);
      return NO_CONTENT;
    },
  },
  { method: 'PATCH', path: '/channels/{channel_id}', auth: 'bot', handle: patch },
  {
    method: 'POST',
    path: '/channels/{channel_id}/typing',
    auth: 'bot',
    handle: (core, request) => {
      channelFor(core, request, 'SendMessages');
      return NO_CONTENT;
    },
  },
];

function created(core: Core, parent: Channel, payload: ThreadPayload, messageId: string | undefined): ReturnType<Route['handle']> {
  if (parent.thread !== undefined) throw refusals.form(['type'], 'BASE_TYPE_CHOICES', 'A thread cannot hang in a thread.');
  checkName(payload.name);
  const { world } = core;
  const id = messageId ?? world.nextId();
  const now = world.clock.now();
  const thread: ThreadFacts = {
    parentId: parent.id,
    ...(messageId === undefined ? {} : { messageId }),
    ownerId: world.bot.user.id,
    createdAt: now,
    autoArchiveMinutes: payload.auto_archive_duration ?? 4320,
    archived: false,
    archivedAt: now,
    locked: false,
  };
  const channel: Channel = {
    id,
    type: ChannelType.PublicThread,
    name: payload.name ?? '',
    topic: '',
    position: 0,
    overwrites: [],
    thread,
    messages: new Map(),
  };
  world.channels.set(id, channel);
  world.changed();
  core.transcript.bot(`opens the thread "${channel.name}" in #${parent.name}`, undefined);
  core.gateway.dispatch('THREAD_CREATE', { ...channelJson(world, channel), newly_created: true });
  return { status: 201, body: channelJson(world, channel) };
}

function checkName(name: string | null | undefined): void {
  const form = new Form();
  if (!name) form.add(['name'], 'BASE_TYPE_REQUIRED', 'This field is required');
  form.max(['name'], name, MAX_NAME);
  form.done();
}

/** Name, archived, locked, life of a thread. Channels themselves are not the bot's to change. */
function patch(core: Core, request: RestRequest): ReturnType<Route['handle']> {
  const channel = channelFor(core, request);
  const payload = request.body as ThreadPayload;
  if (channel.thread === undefined) throw refusals.missingPermissions();
  changeThread(channel.thread, payload, core.world.clock.now());
  if (payload.name) {
    checkName(payload.name);
    channel.name = payload.name;
  }
  core.world.changed();
  core.gateway.dispatch('THREAD_UPDATE', channelJson(core.world, channel));
  return ok(channelJson(core.world, channel));
}

/** An archived thread takes no change but the one that opens it again. */
function changeThread(thread: ThreadFacts, payload: ThreadPayload, now: number): void {
  if (thread.archived && payload.archived !== false) throw refusals.archivedThread();
  if (payload.archived !== undefined && payload.archived !== null && payload.archived !== thread.archived) {
    thread.archived = payload.archived;
    thread.archivedAt = now;
  }
  thread.locked = payload.locked ?? thread.locked;
  thread.autoArchiveMinutes = payload.auto_archive_duration ?? thread.autoArchiveMinutes;
}
