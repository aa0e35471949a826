/** The world's things as Discord writes them in JSON. */
import type {
  APIChannel,
  APIGuild,
  APIGuildMember,
  APIRole,
  GatewayGuildCreateDispatchData,
  GuildMemberFlags,
  RoleFlags,
} from 'discord-api-types/v10';
import { permissionsIn } from './permissions.ts';
import type { Channel, Member, Role, World } from './world.ts';

export function roleJson(role: Role): APIRole {
  return {
    id: role.id,
    name: role.name,
    permissions: role.permissions.toString(),
    position: role.position,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: false,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0 as RoleFlags,
  };
}

export function memberJson(member: Member): APIGuildMember {
  return {
    user: member.user,
    roles: [...member.roles],
    joined_at: iso(member.joinedAt),
    nick: null,
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    premium_since: null,
    pending: false,
    flags: 0 as GuildMemberFlags,
    mute: false,
    deaf: false,
  };
}

/** A channel or a thread; with `viewer` also what that member may do there. */
export function channelJson(world: World, channel: Channel, viewer?: Member): APIChannel {
  const permissions = viewer === undefined ? {} : { permissions: permissionsIn(world, viewer, channel).toString() };
  const last = [...channel.messages.values()].findLast((stored) => stored.ephemeralFor === undefined);
  const common = { id: channel.id, name: channel.name, guild_id: world.guild.id, flags: 0, last_message_id: last?.message.id ?? null };
  if (channel.thread === undefined) {
    return {
      ...common,
      ...permissions,
      type: channel.type,
      topic: channel.topic === '' ? null : channel.topic,
      position: channel.position,
      parent_id: null,
      rate_limit_per_user: 0,
      nsfw: false,
      permission_overwrites: channel.overwrites.map((o) => ({
        id: o.id,
        type: o.type,
        allow: o.allow.toString(),
        deny: o.deny.toString(),
      })),
    } as APIChannel;
  }
  return { ...common, ...permissions, type: channel.type, ...threadJson(channel, channel.thread) } as APIChannel;
}

function threadJson(channel: Channel, thread: NonNullable<Channel['thread']>): Record<string, unknown> {
  return {
    parent_id: thread.parentId,
    owner_id: thread.ownerId,
    rate_limit_per_user: 0,
    message_count: channel.messages.size,
    member_count: 1,
    total_message_sent: channel.messages.size,
    thread_metadata: {
      archived: thread.archived,
      archive_timestamp: iso(thread.archivedAt),
      auto_archive_duration: thread.autoArchiveMinutes,
      locked: thread.locked,
      create_timestamp: iso(thread.createdAt),
    },
  };
}

export function guildJson(world: World): APIGuild {
  return {
    id: world.guild.id,
    name: world.guild.name,
    owner_id: world.guild.ownerId,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    application_id: null,
    region: 'us-central',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    roles: [...world.roles.values()].map(roleJson),
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
  } as unknown as APIGuild;
}

/** What the gateway says of a guild when the bot comes online. */
export function guildCreateJson(world: World): GatewayGuildCreateDispatchData {
  const channels = [...world.channels.values()];
  return {
    ...guildJson(world),
    joined_at: iso(world.bot.joinedAt),
    large: false,
    unavailable: false,
    member_count: world.members.size,
    voice_states: [],
    members: [memberJson(world.bot)],
    channels: channels.filter((channel) => channel.thread === undefined).map((channel) => channelJson(world, channel)),
    threads: channels.filter((channel) => channel.thread?.archived === false).map((channel) => channelJson(world, channel)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  } as unknown as GatewayGuildCreateDispatchData;
}

/** The first event of a session. The guilds follow as events of their own. */
export function readyJson(world: World, sessionId: string, resumeUrl: string): Record<string, unknown> {
  return {
    v: 10,
    user: { ...world.bot.user, mfa_enabled: true, verified: true, email: null },
    guilds: [{ id: world.guild.id, unavailable: true }],
    session_id: sessionId,
    session_type: 'normal',
    resume_gateway_url: resumeUrl,
    shard: [0, 1],
    application: { id: world.applicationId, flags: 0 },
    private_channels: [],
    user_settings: {},
    relationships: [],
    presences: [],
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    auth: {},
    _trace: ['lab'],
  };
}

/** Discord's form of an instant: microseconds and an offset. */
export function iso(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}
