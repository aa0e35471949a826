import { ChannelType, MessageFlags } from 'discord-api-types/v10';
import type { ChannelView, MessageView, PersonView, RoleView, WorldView } from '../page/contract.ts';
import type { Core } from './core.ts';
import type { Channel, Member, StoredMessage } from './world.ts';

/** The whole world as the page shows it. */
export function worldView(core: Core): WorldView {
  const { world, gateway } = core;
  const people = [...world.members.values()].filter((member) => member !== world.bot);
  const presence = gateway.presence;
  return {
    revision: world.revision,
    clock: { now: world.clock.now(), offsetMs: world.clock.offsetMs },
    guild: { id: world.guild.id, name: world.guild.name },
    people: people.map((member) => personView(core, member)),
    roles: rolesView(core),
    bot: {
      id: world.bot.user.id,
      name: world.bot.user.username,
      online: gateway.online,
      status: presence.activity === '' ? presence.status : presence.activity,
    },
    channels: [...world.channels.values()].map((channel) => channelView(core, channel)),
    commands: [...world.commands.values()],
  };
}

function personView(core: Core, member: Member): PersonView {
  const roles = member.roles.flatMap((id) => core.world.roles.get(id) ?? []).sort((a, b) => b.position - a.position);
  return { id: member.user.id, name: member.user.username, role: roles[0]?.name ?? '' };
}

/** Without `@everyone`, which carries the guild's own id. */
function rolesView({ world }: Core): RoleView[] {
  return [...world.roles.values()].filter(({ id }) => id !== world.guild.id).map(({ id, name }) => ({ id, name }));
}

function channelView(core: Core, channel: Channel): ChannelView {
  const { thread } = channel;
  const parent = thread && { channel: thread.parentId, ...(thread.messageId === undefined ? {} : { message: thread.messageId }) };
  return {
    id: channel.id,
    name: channel.name,
    topic: channel.topic,
    ...(parent && { parent }),
    ...(thread && { archived: thread.archived }),
    messages: [...channel.messages.values()].map((stored) => messageView(core, stored)),
  };
}

function messageView(core: Core, stored: StoredMessage): MessageView {
  const { message, ephemeralFor, thinking } = stored;
  const hasThread = core.world.channels.get(message.id)?.type === ChannelType.PublicThread;
  return {
    message: hasThread ? { ...message, flags: (message.flags ?? 0) | MessageFlags.HasThread } : message,
    ...(ephemeralFor === undefined ? {} : { ephemeralFor }),
    ...(thinking ? { thinking } : {}),
  };
}
