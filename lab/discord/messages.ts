/** Writes messages into the world, as posts, answers and edits; whoever calls has checked rights and limits. */
import type { APIEmbed, APIMessage } from 'discord-api-types/v10';
import { MessageFlags, MessageType } from 'discord-api-types/v10';
import { attach } from './attachments.ts';
import { resolveComponents } from './components.ts';
import { mentionsOf } from './mentions.ts';
import { iso } from './payloads.ts';
import type { MessagePayload, UploadedFile } from './payload.ts';
import type { Channel, StoredMessage, World } from './world.ts';

export interface Draft {
  readonly channel: Channel;
  readonly payload: MessagePayload;
  readonly files: readonly UploadedFile[];
  /** Where the double serves its files. */
  readonly origin: string;
  /** Fields of answers to interactions: `interaction_metadata`, `application_id`, `webhook_id`, `type`. */
  readonly extra?: Partial<APIMessage>;
  readonly ephemeralFor?: string;
  readonly thinking?: boolean;
}

/** The flags that a bot may set itself. */
const SETTABLE = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral;

/** Adds a message of the bot to a channel. */
export function writeMessage(world: World, draft: Draft): StoredMessage {
  const { channel, payload } = draft;
  const now = world.clock.now();
  const message: APIMessage = {
    id: world.nextId(),
    channel_id: channel.id,
    type: MessageType.Default,
    author: world.bot.user,
    content: '',
    timestamp: iso(now),
    edited_timestamp: null,
    tts: false,
    pinned: false,
    flags: ((payload.flags ?? 0) & SETTABLE) | (draft.thinking ? MessageFlags.Loading : 0),
    embeds: [],
    attachments: [],
    components: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    ...(payload.nonce === undefined || payload.nonce === null ? {} : { nonce: payload.nonce }),
    ...draft.extra,
  };
  const stored: StoredMessage = {
    message,
    lateEdits: [],
    ...(draft.ephemeralFor === undefined ? {} : { ephemeralFor: draft.ephemeralFor }),
    ...(draft.thinking ? { thinking: true } : {}),
  };
  fill(world, stored, draft);
  channel.messages.set(message.id, stored);
  world.changed();
  return stored;
}

/** Changes what the payload names and leaves the rest. The first edit of a deferred answer is its sending, not an edit. */
export function editMessage(world: World, stored: StoredMessage, draft: Draft): StoredMessage {
  const first = stored.thinking === true;
  fill(world, stored, draft);
  const flags = stored.message.flags ?? 0;
  const added = (draft.payload.flags ?? 0) & (MessageFlags.IsComponentsV2 | MessageFlags.SuppressEmbeds);
  stored.message = { ...stored.message, flags: (flags & ~MessageFlags.Loading) | added };
  if (first) delete stored.thinking;
  else stored.message = { ...stored.message, edited_timestamp: iso(world.clock.now()) };
  world.changed();
  return stored;
}

function fill(world: World, stored: StoredMessage, draft: Draft): void {
  const { channel, payload, files, origin } = draft;
  const before = stored.message;
  const ephemeral = stored.ephemeralFor !== undefined;
  const attachments = attach(world, { channel, origin, ephemeral }, { payload, files, existing: before.attachments });
  const components = payload.components;
  const merged: MessagePayload = {
    content: payload.content === undefined ? before.content : payload.content,
    components: components === undefined ? (before.components ?? []) : components,
    ...(payload.allowed_mentions === undefined ? {} : { allowed_mentions: payload.allowed_mentions }),
  };
  stored.message = {
    ...before,
    content: merged.content ?? '',
    attachments,
    embeds: payload.embeds === undefined ? before.embeds : (payload.embeds ?? []).map((embed) => embedJson(embed, attachments)),
    components: components === undefined ? (before.components ?? []) : resolveComponents(components ?? [], attachments, world.nextId),
    ...mentionsOf(world, merged, before.interaction_metadata !== undefined),
  };
}

function embedJson(embed: APIEmbed, attachments: APIMessage['attachments']): APIEmbed {
  const picture = (image: { readonly url: string }): { url: string; proxy_url: string } => {
    const url = attachments.find((attachment) => image.url === `attachment://${attachment.filename}`)?.url ?? image.url;
    return { url, proxy_url: url };
  };
  return {
    ...embed,
    type: 'rich',
    ...(embed.fields && { fields: embed.fields.map((field) => ({ ...field, inline: field.inline ?? false })) }),
    ...(embed.image && { image: picture(embed.image) }),
    ...(embed.thumbnail && { thumbnail: picture(embed.thumbnail) }),
    ...(embed.timestamp && { timestamp: iso(Date.parse(embed.timestamp)) }),
  } as APIEmbed;
}
