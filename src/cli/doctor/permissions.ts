import { BOT_PERMISSIONS } from '../init/invite.ts';
import type { DiscordChannel, DiscordGuild } from '../../mesh/setup.ts';

const ADMINISTRATOR = 1n << 3n;
const VIEW_CHANNEL = 1n << 10n;

export function isAdministrator(guild: DiscordGuild, guildId: string): boolean {
  return (basePermissions(guild, guildId) & ADMINISTRATOR) !== 0n;
}

/**
 * What the bot needs and does not have in a channel: its roles, then the channel's overwrites for everyone, for its roles, for itself.
 * https://docs.discord.com/developers/topics/permissions#permission-overwrites
 */
export function missingPermissions(
  guild: DiscordGuild,
  channel: DiscordChannel,
  who: { readonly guildId: string; readonly botId: string },
): readonly string[] {
  if (isAdministrator(guild, who.guildId)) return [];
  let granted = basePermissions(guild, who.guildId);
  for (const ids of [[who.guildId], guild.botRoles, [who.botId]]) {
    const own = channel.overwrites.filter(({ id }) => ids.includes(id));
    for (const { deny } of own) granted &= ~deny;
    for (const { allow } of own) granted |= allow;
  }
  // Whoever cannot see a channel can do nothing in it, so the one name says all.
  if ((granted & VIEW_CHANNEL) === 0n) return ['View Channel'];
  return BOT_PERMISSIONS.filter(({ bit }) => (granted & bit) === 0n).map(({ name }) => name);
}

/** The role of everyone has the id of the guild. */
function basePermissions({ roles, botRoles }: DiscordGuild, guildId: string): bigint {
  return [guildId, ...botRoles].reduce((all, id) => all | (roles.get(id) ?? 0n), 0n);
}
