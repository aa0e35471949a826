import { GATEWAY_PATH } from '../gateway.ts';
import { channelJson, guildJson, memberJson, roleJson } from '../payloads.ts';
import { refusals } from '../refusal.ts';
import { ok, param, type Route } from '../rest.ts';
import type { World } from '../world.ts';
import { channelFor, guildFor } from './access.ts';

/** Who the bot is and where it is. */
export const identityRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/gateway/bot',
    auth: 'bot',
    handle: (core) =>
      ok({
        url: `${core.origin.replace('http', 'ws')}${GATEWAY_PATH}`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: core.gateway.startsLeft, reset_after: 86_400_000, max_concurrency: 1 },
      }),
  },
  {
    method: 'GET',
    path: '/users/@me',
    auth: 'bot',
    handle: ({ world }) => ok({ ...world.bot.user, locale: 'en-US', mfa_enabled: true, email: null, verified: true }),
  },
  { method: 'GET', path: '/applications/@me', auth: 'bot', handle: ({ world }) => ok(applicationJson(world)) },
  { method: 'GET', path: '/oauth2/applications/@me', auth: 'bot', handle: ({ world }) => ok(applicationJson(world)) },
  { method: 'GET', path: '/users/@me/guilds', auth: 'bot', handle: ({ world }) => ok([userGuildJson(world)]) },
  {
    method: 'GET',
    path: '/guilds/{guild_id}',
    auth: 'bot',
    handle: (core, request) => {
      guildFor(core, request);
      return ok(guildJson(core.world));
    },
  },
  {
    method: 'GET',
    path: '/guilds/{guild_id}/roles',
    auth: 'bot',
    handle: (core, request) => {
      guildFor(core, request);
      return ok([...core.world.roles.values()].map(roleJson));
    },
  },
  {
    method: 'GET',
    path: '/guilds/{guild_id}/channels',
    auth: 'bot',
    handle: (core, request) => {
      guildFor(core, request);
      const channels = [...core.world.channels.values()].filter((channel) => channel.thread === undefined);
      return ok(channels.map((channel) => channelJson(core.world, channel)));
    },
  },
  {
    method: 'GET',
    path: '/guilds/{guild_id}/members/{user_id}',
    auth: 'bot',
    handle: (core, request) => {
      guildFor(core, request);
      const id = param(request, 'user_id');
      const member = core.world.members.get(id === '@me' ? core.world.bot.user.id : id);
      if (member === undefined) throw refusals.unknownMember();
      return ok(memberJson(member));
    },
  },
  {
    method: 'GET',
    path: '/channels/{channel_id}',
    auth: 'bot',
    handle: (core, request) => ok(channelJson(core.world, channelFor(core, request))),
  },
];

function applicationJson(world: World): Record<string, unknown> {
  const { bot, guild } = world;
  return {
    id: world.applicationId,
    name: bot.user.username,
    icon: null,
    description: '',
    type: null,
    flags: 0,
    flags_new: '0',
    bot: bot.user,
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: { ...bot.user, id: guild.ownerId, username: 'owner', bot: false },
    approximate_guild_count: 1,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: ['bot', 'applications.commands'],
  };
}

function userGuildJson(world: World): Record<string, unknown> {
  const permissions = [...world.bot.roles, world.guild.id].reduce((all, id) => all | (world.roles.get(id)?.permissions ?? 0n), 0n);
  return {
    id: world.guild.id,
    name: world.guild.name,
    icon: null,
    banner: null,
    owner: false,
    features: [],
    permissions: permissions.toString(),
  };
}
