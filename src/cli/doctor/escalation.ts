import type { AlertsConfig, DiscordConfig } from '../../config/config.ts';
import type { DiscordGuild } from '../../mesh/setup.ts';
import { mayMention } from './permissions.ts';
import { failed, ok, untried, type Finding } from './result.ts';

const CHECK = 'discord-escalation';

/** The role that a page calls which nobody acknowledges. A mention that is not allowed is shown, and calls nobody. */
export function judgeEscalation(
  guild: DiscordGuild,
  { guild: guildId, channels, escalation }: DiscordConfig & Partial<Pick<AlertsConfig, 'escalation'>>,
  botId: string,
): readonly Finding[] {
  if (escalation === undefined) return [];
  const { role } = escalation;
  if (!guild.roles.has(role))
    return [failed(CHECK, `The guild has no role ${role}`, 'Correct alerts.escalation.role: Server Settings, Roles, Copy Role ID.')];
  const channel = guild.channels.find(({ id }) => id === channels.alerts);
  if (channel === undefined)
    return [untried(CHECK, 'whether the bot may call the role not looked at: the channel for alerts is not there')];
  if (mayMention(role, guild, channel, { guildId, botId })) return [ok(CHECK, `the bot may call the role in #${channel.name}`)];
  return [
    failed(
      CHECK,
      `The bot may not call role ${role} in #${channel.name}: a page that nobody acknowledges would call nobody`,
      "In Server Settings, Roles, let anyone mention the role, or give the bot's role the permission to mention all roles there.",
    ),
  ];
}
