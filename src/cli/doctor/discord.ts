import type { AlertsConfig, DiscordConfig } from '../../config/config.ts';
import type { DiscordGuild, DiscordSetup } from '../../mesh/setup.ts';
import { listNames } from '../../mesh/wording.ts';
import { inviteUrl } from '../init/invite.ts';
import { judgeEscalation } from './escalation.ts';
import { isAdministrator, mayManageThreads, missingPermissions, type Whose } from './permissions.ts';
import { failed, failedBy, ok, untried, warning, whenSeen, type Finding } from './result.ts';

/** What the configuration says of the bot, and of whom it calls. */
export type BotConfig = DiscordConfig & Partial<Pick<AlertsConfig, 'escalation'>>;

/** The bot: its token, and its place in the guild. */
export function judgeDiscord(setup: DiscordSetup, config: BotConfig): readonly Finding[] {
  const { application, startsLeft, guild } = setup;
  if (!application.ok)
    return [failedBy('discord-token', application.failure), untried('discord-guild', 'nothing else tried: Discord does not know us')];
  const { id, name, flags } = application.value;
  return [
    ok('discord-token', `the token is good: ${name}, application ${id}`),
    intents(flags),
    ...(guild === undefined
      ? []
      : whenSeen('discord-guild', `guild ${config.guild}`, guild, (found) => member(found, setup, config, application.value))),
    ...(startsLeft === undefined ? [] : whenSeen('discord-starts', 'starts left today', startsLeft, starts)),
  ];
}

/** Presence, members and message content, each in full and for small bots. */
const PRIVILEGED = (1 << 12) | (1 << 13) | (1 << 14) | (1 << 15) | (1 << 18) | (1 << 19);

function intents(flags: number): Finding {
  if ((flags & PRIVILEGED) === 0) return ok('discord-intents', 'no privileged intents, and none is needed');
  return warning(
    'discord-intents',
    'The application has privileged intents, which meshwarden does not use',
    'Turn them off in the Discord Developer Portal, under Bot.',
  );
}

type Application = Extract<DiscordSetup['application'], { readonly ok: true }>['value'];

function member(guild: DiscordGuild | null, setup: DiscordSetup, config: BotConfig, { id, botId }: Application): readonly Finding[] {
  if (guild === null)
    return [
      failed('discord-guild', `The bot is no member of guild ${config.guild}`, 'Correct discord.guild, or invite the bot:', [
        inviteUrl(id),
      ]),
      untried('discord-channels', 'channels, roles and commands not tried: the bot is not in the guild'),
    ];
  const { strangers, commandsKnown } = setup;
  return [
    ok('discord-guild', `the bot is a member of ${guild.name}`),
    ...channels(guild, config, botId),
    ...roles(guild, config),
    ...judgeEscalation(guild, config, botId),
    ...(strangers === undefined ? [] : people(strangers)),
    ...(commandsKnown === undefined ? [] : whenSeen('discord-commands', 'commands', commandsKnown, commands)),
  ];
}

/** Channels of these kinds take messages and have threads: text and announcements. */
const TEXT: ReadonlySet<number> = new Set([0, 5]);

function channels(guild: DiscordGuild, config: DiscordConfig, botId: string): readonly Finding[] {
  const { alerts, audit } = config.channels;
  const wanted = [['alerts', alerts] as const, ...(audit === undefined ? [] : [['audit', audit] as const])];
  const found = wanted.flatMap(([use, id]) => channel(use, id, guild, { guildId: config.guild, botId }));
  if (!isAdministrator(guild, config.guild)) return found;
  return [
    ...found,
    warning(
      'discord-permissions',
      'The bot is administrator of the guild, which is more than it needs',
      'Take Administrator from its role.',
    ),
  ];
}

function channel(use: string, id: string, guild: DiscordGuild, who: Whose): readonly Finding[] {
  const setting = `discord.channels.${use}`;
  const there = guild.channels.find((one) => one.id === id);
  if (there === undefined)
    return [
      failed(
        'discord-channels',
        `The guild has no channel ${id} for ${use}`,
        `Correct ${setting}: right-click the channel, Copy Channel ID.`,
      ),
    ];
  if (!TEXT.has(there.type))
    return [failed('discord-channels', `#${there.name} is no text channel`, `Put the id of a text channel into ${setting}.`)];
  const missing = missingPermissions(guild, there, who);
  return [
    ok('discord-channels', `${use} go to #${there.name}`),
    missing.length === 0
      ? { ...ok('discord-permissions', `all permissions in #${there.name}`), ...threadHint(use, mayManageThreads(guild, there, who)) }
      : failed(
          'discord-permissions',
          `Missing in #${there.name}: ${missing.join(', ')}`,
          `Edit #${there.name}, Permissions, and allow the bot's role these.`,
        ),
  ];
}

/** Alerts go on in threads. */
function threadHint(use: string, mayManage: boolean): { readonly next?: string } {
  if (use !== 'alerts' || mayManage) return {};
  return {
    next: 'Nothing, as a rule. With Manage Threads beside these the bot also goes on in the thread of an alert that somebody locked.',
  };
}

function roles(guild: DiscordGuild, { viewer, operator }: DiscordConfig): readonly Finding[] {
  const wanted = [...new Set([...viewer.roles, ...operator.roles])];
  const missing = wanted.filter((id) => !guild.roles.has(id));
  if (wanted.length === 0) return [];
  if (missing.length === 0) return [ok('discord-roles', 'the roles of viewers and operators are there')];
  return [
    failed(
      'discord-roles',
      `The guild has no role ${listNames(missing)}`,
      'Correct discord.viewer.roles and discord.operator.roles: Server Settings, Roles, Copy Role ID.',
    ),
  ];
}

function people(strangers: NonNullable<DiscordSetup['strangers']>): readonly Finding[] {
  const next = 'Correct the ids in discord.viewer, discord.operator and discord.admins.';
  if (!strangers.ok)
    return [warning('discord-people', `Whether the named people are members is not known: ${strangers.failure.message}`, next)];
  if (strangers.value.length === 0) return [ok('discord-people', 'everybody who is named is a member')];
  return [warning('discord-people', `Not in the guild: ${listNames(strangers.value)}`, next)];
}

function commands(known: boolean): readonly Finding[] {
  return [
    ok(
      'discord-commands',
      known ? 'the commands are registered' : 'the commands are not registered yet, or not as they are now: the bot does so when it starts',
    ),
  ];
}

/** Discord gives a bot 1000 starts a day and resets its token when they are used up. */
const FEW_STARTS = 100;

function starts(left: number): readonly Finding[] {
  if (left >= FEW_STARTS) return [ok('discord-starts', `${left} starts left today`)];
  return [
    warning(
      'discord-starts',
      `Only ${left} starts left today: something starts the bot again and again`,
      'Look at its log before you start it; at 0 Discord resets the token.',
    ),
  ];
}
