import { EventEmitter } from 'node:events';
import type { APIApplicationCommand, APIMessage, APIUser, UserFlags } from 'discord-api-types/v10';
import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { LabClock } from '../clock.ts';
import { EVERYONE } from './permissions.ts';
import { snowflakes } from './snowflake.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly position: number;
  readonly color: number;
  /** Whether everybody may mention it. */
  mentionable: boolean;
}

export interface Member {
  readonly user: APIUser;
  readonly roles: string[];
  readonly joinedAt: number;
}

export interface Overwrite {
  readonly id: string;
  /** 0 a role, 1 a member. */
  readonly type: 0 | 1;
  allow: bigint;
  deny: bigint;
}

/** What only the world knows of a message. */
export interface StoredMessage {
  message: APIMessage;
  /** Only this person sees it. */
  ephemeralFor?: string;
  /** Deferred and not answered yet. */
  thinking?: boolean;
  /** When it was edited after its first hour, in UTC milliseconds. */
  readonly lateEdits: number[];
}

export interface ThreadFacts {
  readonly parentId: string;
  /** The message it hangs from. Its id is the thread's id, too. */
  readonly messageId?: string;
  readonly ownerId: string;
  readonly createdAt: number;
  autoArchiveMinutes: 60 | 1440 | 4320 | 10_080;
  archived: boolean;
  archivedAt: number;
  locked: boolean;
}

export interface Channel {
  readonly id: string;
  readonly type: ChannelType.GuildText | ChannelType.PublicThread;
  name: string;
  topic: string;
  readonly position: number;
  readonly overwrites: Overwrite[];
  readonly thread?: ThreadFacts;
  readonly messages: Map<string, StoredMessage>;
}

export interface StoredFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A way into one channel for whoever holds its token. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly channel: Channel;
}

/** One guild with its people, channels and commands. Whoever changes it calls `changed`. */
export interface World {
  readonly clock: LabClock;
  readonly nextId: () => string;
  readonly guild: { readonly id: string; readonly name: string; readonly ownerId: string };
  readonly applicationId: string;
  readonly bot: Member;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
  readonly channels: Map<string, Channel>;
  /** By id; those of the guild carry `guild_id`. */
  readonly commands: Map<string, APIApplicationCommand>;
  /** Those of channels, by id; an interaction's has the id of the application and is not among them. */
  readonly webhooks: Map<string, Webhook>;
  /** By path below `/cdn`. */
  readonly files: Map<string, StoredFile>;
  /** Emits `changed` with the revision. */
  readonly events: EventEmitter;
  readonly revision: number;
  changed(): void;
}

/** A guild that holds the bot, an owner who never speaks, and nobody else. */
export function createWorld(clock: LabClock): World {
  const nextId = snowflakes(clock);
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const guild = { id: nextId(), name: 'Mesh lab', ownerId: nextId() };
  const applicationId = nextId();
  const everyone: Role = { id: guild.id, name: '@everyone', permissions: EVERYONE, position: 0, color: 0, mentionable: false };
  const own: Role = {
    id: nextId(),
    name: 'meshwarden',
    permissions: PermissionFlagsBits.ViewChannel,
    position: 1,
    color: 0,
    mentionable: false,
  };
  const bot: Member = { user: { ...userJson(applicationId, 'meshwarden'), bot: true }, roles: [own.id], joinedAt: clock.now() };
  let revision = 0;
  return {
    clock,
    nextId,
    guild,
    applicationId,
    bot,
    roles: new Map([everyone, own].map((role) => [role.id, role])),
    members: new Map([[bot.user.id, bot]]),
    channels: new Map(),
    commands: new Map(),
    webhooks: new Map(),
    files: new Map(),
    events,
    get revision() {
      return revision;
    },
    changed() {
      revision += 1;
      events.emit('changed', revision);
    },
  };
}

const NO_FLAGS = 0 as UserFlags;

/** A user as Discord writes one today: no discriminator, no avatar. */
export function userJson(id: string, name: string): APIUser {
  return {
    id,
    username: name,
    global_name: null,
    discriminator: '0',
    avatar: null,
    public_flags: NO_FLAGS,
    flags: NO_FLAGS,
    primary_guild: null,
  };
}

/** Adds a person with these roles. */
export function addMember(world: World, name: string, roles: readonly Role[]): Member {
  const member: Member = { user: userJson(world.nextId(), name), roles: roles.map((role) => role.id), joinedAt: world.clock.now() };
  world.members.set(member.user.id, member);
  world.changed();
  return member;
}

export function addRole(world: World, name: string, permissions: bigint): Role {
  const role: Role = { id: world.nextId(), name, permissions, position: world.roles.size, color: 0, mentionable: false };
  world.roles.set(role.id, role);
  world.changed();
  return role;
}

export function addChannel(world: World, name: string, topic: string): Channel {
  const position = world.channels.size;
  const channel: Channel = { id: world.nextId(), type: ChannelType.GuildText, name, topic, position, overwrites: [], messages: new Map() };
  world.channels.set(channel.id, channel);
  world.changed();
  return channel;
}

export function addWebhook(world: World, channel: Channel, name: string, token: string): Webhook {
  const webhook: Webhook = { id: world.nextId(), name, token, channel };
  world.webhooks.set(webhook.id, webhook);
  return webhook;
}

/** The channel of this name. Throws when there is none. */
export function channelNamed(world: World, name: string): Channel {
  const found = [...world.channels.values()].find((channel) => channel.name === name);
  if (found === undefined) throw new Error(`There is no channel #${name}`);
  return found;
}
