import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Channel, Member, World } from './world.ts';

export type PermissionName = keyof typeof PermissionFlagsBits;

const ALL = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);

/** What everybody may do in a channel unless it says otherwise. */
export const EVERYONE =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.UseApplicationCommands;

/**
 * A member's permissions in a channel: roles, then the channel's overwrites for everyone, for the roles and for the member.
 * https://docs.discord.com/developers/topics/permissions#permission-overwrites
 */
export function permissionsIn(world: World, member: Member, channel: Channel): bigint {
  const home = channel.thread === undefined ? channel : (world.channels.get(channel.thread.parentId) ?? channel);
  const base = basePermissions(world, member);
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return ALL;
  let granted = base;
  const apply = (ids: readonly string[]): void => {
    const overwrites = home.overwrites.filter((overwrite) => ids.includes(overwrite.id));
    for (const overwrite of overwrites) granted &= ~overwrite.deny;
    for (const overwrite of overwrites) granted |= overwrite.allow;
  };
  apply([world.guild.id]);
  apply(member.roles);
  apply([member.user.id]);
  return (granted & PermissionFlagsBits.ViewChannel) === 0n ? 0n : granted;
}

/** A member's permissions in the guild, by roles alone. */
export function basePermissions(world: World, member: Member): bigint {
  if (member.user.id === world.guild.ownerId) return ALL;
  const roles = [world.guild.id, ...member.roles].flatMap((id) => world.roles.get(id) ?? []);
  const bits = roles.reduce((all, role) => all | role.permissions, 0n);
  return (bits & PermissionFlagsBits.Administrator) === 0n ? bits : ALL;
}

export function has(granted: bigint, name: PermissionName): boolean {
  return (granted & PermissionFlagsBits[name]) === PermissionFlagsBits[name];
}
