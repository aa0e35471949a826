import { GuildMember, type BaseInteraction } from 'discord.js';
import type { Person } from './access.ts';

/** Who sent an interaction, with the roles that Discord says they have in the guild right now. */
export function personOf(interaction: BaseInteraction): Person {
  const { user, member } = interaction;
  const roles = member instanceof GuildMember ? [...member.roles.cache.keys()] : (member?.roles ?? []);
  return { id: user.id, name: user.username, roles: Array.isArray(roles) ? roles : [] };
}
