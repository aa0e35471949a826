import type { APIMessageInteractionMetadata } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import type { Interaction, InteractionKind } from '../interaction.ts';
import { channelJson, memberJson } from '../payloads.ts';
import { has, permissionsIn, type PermissionName } from '../permissions.ts';
import type { Channel, Member, StoredMessage } from '../world.ts';
import { NotPossible } from './refused.ts';

/** Who does something where, by ids. */
export interface Acting {
  readonly user: string;
  readonly channel: string;
}

export interface Actor {
  readonly user: Member;
  readonly channel: Channel;
  readonly granted: bigint;
}

/** Finds them, and refuses where this person could not even see the channel. */
export function actor(core: Core, acting: Acting, needed: PermissionName = 'ViewChannel'): Actor {
  const user = core.world.members.get(acting.user);
  if (user === undefined) throw new NotPossible(`Nobody here has the id ${acting.user}`);
  const channel = core.world.channels.get(acting.channel);
  if (channel === undefined) throw new NotPossible(`No channel has the id ${acting.channel}`);
  const granted = permissionsIn(core.world, user, channel);
  if (!has(granted, 'ViewChannel')) throw new NotPossible(`@${user.user.username} does not see #${channel.name}`);
  if (!has(granted, needed)) throw new NotPossible(`@${user.user.username} may not do that in #${channel.name}: ${needed} is missing`);
  return { user, channel, granted };
}

interface Begun {
  readonly kind: InteractionKind;
  /** As a line of the transcript; undefined for what is not one, such as autocompletion. */
  readonly act: string;
  readonly command?: string;
  readonly quiet?: boolean;
  readonly data: unknown;
  readonly source?: StoredMessage;
  metadata?(id: string): Partial<APIMessageInteractionMetadata>;
}

const TYPES: Readonly<Record<InteractionKind, number>> = { command: 2, component: 3, autocomplete: 4, modal: 5 };
const ATTACHMENT_LIMIT = 10 * 1024 * 1024;

/** Opens an interaction and sends it to the bot. */
export function begin(core: Core, who: Actor, begun: Begun): Interaction {
  const { world } = core;
  const owners = { '0': world.guild.id };
  const interaction = core.interactions.open({
    kind: begun.kind,
    user: who.user,
    channel: who.channel,
    act: begun.act,
    ...(begun.command === undefined ? {} : { command: begun.command }),
    ...(begun.source === undefined ? {} : { source: begun.source }),
    metadata: (id) => ({
      id,
      type: TYPES[begun.kind],
      user: who.user.user,
      authorizing_integration_owners: owners,
      ...begun.metadata?.(id),
    }),
  });
  if (!begun.quiet) core.transcript.person(who.user.user.username, who.channel.id, begun.act);
  core.gateway.dispatch(
    'INTERACTION_CREATE',
    {
      id: interaction.id,
      application_id: world.applicationId,
      type: TYPES[begun.kind],
      token: interaction.token,
      version: 1,
      guild_id: world.guild.id,
      guild: { id: world.guild.id, locale: 'en-US', features: [] },
      guild_locale: 'en-US',
      locale: 'en-US',
      channel_id: who.channel.id,
      channel: channelJson(world, who.channel, who.user),
      member: { ...memberJson(who.user), permissions: who.granted.toString() },
      app_permissions: permissionsIn(world, world.bot, who.channel).toString(),
      entitlements: [],
      authorizing_integration_owners: owners,
      context: 0,
      attachment_size_limit: ATTACHMENT_LIMIT,
      data: begun.data,
      ...(begun.source === undefined ? {} : { message: begun.source.message }),
    },
    0,
  );
  return interaction;
}

/** Resolves when the bot has acknowledged; rejects as Discord's client tells it when it has not. */
export async function acknowledged(interaction: Interaction): Promise<Interaction> {
  try {
    await interaction.acked.promise;
  } catch (cause) {
    throw new NotPossible(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return interaction;
}
