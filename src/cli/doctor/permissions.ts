import { BOT_PERMISSIONS } from '../init/invite.ts';
import type { DiscordChannel, DiscordGuild } from '../../mesh/setup.ts';

const ADMINISTRATOR = 1n << 3n;
const VIEW_CHANNEL = 1n << 10n;
const MANAGE_THREADS = 1n << 34n;
/** Every role, as well as everyone and here. */
const MENTION_EVERYONE = 1n << 17n;
/** Of an administrator. */
const EVERYTHING = (1n << 64n) - 1n;

export function isAdministrator(guild: DiscordGuild, guildId: string): boolean {
  return (basePermissions(guild, guildId) & ADMINISTRATOR) !== 0n;
}

/**
 * What the bot needs and does not have in a channel: its roles, then the channel's overwrites for everyone, for its roles, for itself.
 * https://docs.discord.com/developers/topics/permissions#permission-overwrites
 */
export function missingPermissions(guild: DiscordGuild, channel: DiscordChannel, who: Whose): readonly string[] {
  const granted = grantedIn(guild, channel, who);
  // Whoever cannot see a channel can do nothing in it, so the one name says all.
  if ((granted & VIEW_CHANNEL) === 0n) return ['View Channel'];
  return BOT_PERMISSIONS.filter(({ bit }) => (granted & bit) === 0n).map(({ name }) => name);
}

/** Whether a mention of the role calls whoever has it: everybody may mention it, or the bot may mention every role. */
export function mayMention(role: string, guild: DiscordGuild, channel: DiscordChannel, who: Whose): boolean {
  return guild.mentionable.has(role) || (grantedIn(guild, channel, who) & MENTION_EVERYONE) !== 0n;
}

/** Whether the bot may go on in a thread that somebody locked: worth knowing, and not needed. */
export function mayManageThreads(guild: DiscordGuild, channel: DiscordChannel, who: Whose): boolean {
  return (grantedIn(guild, channel, who) & MANAGE_THREADS) !== 0n;
}

/** Whose permissions: those of the bot, in its guild. */
export interface Whose {
  readonly guildId: string;
  readonly botId: string;
}

function grantedIn(guild: DiscordGuild, channel: DiscordChannel, who: Whose): bigint {
  if (isAdministrator(guild, who.guildId)) return EVERYTHING;
  let granted = basePermissions(guild, who.guildId);
  for (const ids of [[who.guildId], guild.botRoles, [who.botId]]) {
    const own = channel.overwrites.filter(({ id }) => ids.includes(id));
    for (const { deny } of own) granted &= ~deny;
    for (const { allow } of own) granted |= allow;
  }
  return granted;
}

/** The role of everyone has the id of the guild. */
function basePermissions({ roles, botRoles }: DiscordGuild, guildId: string): bigint {
  return [guildId, ...botRoles].reduce((all, id) => all | (roles.get(id) ?? 0n), 0n);
}
