/** Finding things for the bot, with the refusals Discord gives when it may not. */
import { has, permissionsIn, type PermissionName } from '../permissions.ts';
import { refusals } from '../refusal.ts';
import { param, type RestRequest } from '../rest.ts';
import type { Core } from '../core.ts';
import type { Channel, StoredMessage } from '../world.ts';

/** The channel of the path, in which the bot must have these rights. */
export function channelFor(core: Core, request: RestRequest, ...needed: readonly PermissionName[]): Channel {
  const channel = core.world.channels.get(param(request, 'channel_id'));
  if (channel === undefined) throw refusals.unknownChannel();
  const granted = permissionsIn(core.world, core.world.bot, channel);
  if (!has(granted, 'ViewChannel')) throw refusals.missingAccess();
  if (needed.some((name) => !has(granted, inThread(channel, name)))) throw refusals.missingPermissions();
  return channel;
}

function inThread(channel: Channel, name: PermissionName): PermissionName {
  return channel.thread !== undefined && name === 'SendMessages' ? 'SendMessagesInThreads' : name;
}

/** The message of the path. Ephemeral ones are not in the channel for the bot's token. */
export function messageFor(channel: Channel, request: RestRequest): StoredMessage {
  const stored = channel.messages.get(param(request, 'message_id'));
  if (stored === undefined || stored.ephemeralFor !== undefined) throw refusals.unknownMessage();
  return stored;
}

export function guildFor(core: Core, request: RestRequest): void {
  if (param(request, 'guild_id') !== core.world.guild.id) throw refusals.unknownGuild();
}

export function applicationFor(core: Core, request: RestRequest): void {
  if (param(request, 'application_id') !== core.world.applicationId) throw refusals.unknownApplication();
}
