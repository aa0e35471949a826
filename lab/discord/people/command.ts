import type { APIApplicationCommandOptionChoice } from 'discord-api-types/v10';
import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import type { Core } from '../core.ts';
import type { Interaction } from '../interaction.ts';
import { channelJson, memberJson, roleJson } from '../payloads.ts';
import { has } from '../permissions.ts';
import type { World } from '../world.ts';
import { acknowledged, actor, begin, type Acting, type Actor } from './acting.ts';
import { fill, fillPartly, resolve, type GivenOption, type Resolved, type WireOption } from './options.ts';
import { NotPossible } from './refused.ts';

export interface SlashAct extends Acting {
  readonly path: readonly string[];
  readonly options: readonly GivenOption[];
}

/** A person sends a slash command; resolves when the bot has acknowledged it. */
export async function sendCommand(core: Core, act: SlashAct): Promise<Interaction> {
  const who = actor(core, act, 'UseApplicationCommands');
  const resolved = resolve(core.world, act.path);
  mayUse(core.world, who, resolved);
  const options = fill(resolved, act.options);
  const said = act.options.map((option) => `${option.name}:${option.value}`);
  const interaction = begin(core, who, {
    kind: 'command',
    act: `/${[...act.path, ...said].join(' ')}`,
    command: act.path.join(' '),
    data: { ...dataOf(resolved, options), ...referred(core.world, who, options) },
  });
  return acknowledged(interaction);
}

/** A person types; resolves with the bot's choices. */
export async function typeOption(
  core: Core,
  act: SlashAct & { readonly focused: string },
): Promise<readonly APIApplicationCommandOptionChoice[]> {
  const who = actor(core, act, 'UseApplicationCommands');
  const resolved = resolve(core.world, act.path);
  mayUse(core.world, who, resolved);
  const interaction = begin(core, who, {
    kind: 'autocomplete',
    act: `types /${act.path.join(' ')}`,
    quiet: true,
    data: dataOf(resolved, fillPartly(resolved, act.options, act.focused)),
  });
  await acknowledged(interaction);
  return interaction.choices ?? [];
}

/** What `default_member_permissions` hides from this person; "0" leaves it to administrators. */
function mayUse(world: World, who: Actor, { command }: Resolved): void {
  const needed = command.default_member_permissions;
  if (needed === null || needed === undefined || has(who.granted, 'Administrator') || who.user.user.id === world.guild.ownerId) return;
  const bits = BigInt(needed);
  if (bits !== 0n && (who.granted & bits) === bits) return;
  throw new NotPossible(`/${command.name} is hidden from @${who.user.user.username}: it asks for permissions that they do not have`);
}

function dataOf({ command }: Resolved, options: readonly WireOption[]): Record<string, unknown> {
  const guild = command.guild_id === undefined ? {} : { guild_id: command.guild_id };
  return { id: command.id, name: command.name, type: 1, ...guild, options };
}

/** The users, roles and channels that the options name. */
function referred(
  world: World,
  who: Actor,
  options: readonly WireOption[],
): { readonly resolved?: Record<string, Record<string, unknown>> } {
  const found: Record<string, Record<string, unknown>> = {};
  const add = (kind: string, id: string, value: unknown): void => {
    (found[kind] ??= {})[id] = value;
  };
  for (const option of flat(options)) {
    const id = String(option.value);
    const [member, role, channel] = [world.members.get(id), world.roles.get(id), world.channels.get(id)];
    if (member !== undefined && KINDS.users.includes(option.type)) {
      add('users', id, member.user);
      const { user: _user, mute: _mute, deaf: _deaf, ...rest } = memberJson(member);
      add('members', id, { ...rest, permissions: '0' });
    }
    if (role !== undefined && KINDS.roles.includes(option.type)) add('roles', id, roleJson(role));
    if (channel !== undefined && option.type === ApplicationCommandOptionType.Channel)
      add('channels', id, channelJson(world, channel, who.user));
  }
  return Object.keys(found).length === 0 ? {} : { resolved: found };
}

const KINDS = {
  users: [ApplicationCommandOptionType.User, ApplicationCommandOptionType.Mentionable],
  roles: [ApplicationCommandOptionType.Role, ApplicationCommandOptionType.Mentionable],
};

function flat(options: readonly WireOption[]): WireOption[] {
  return options.flatMap((option) => [option, ...flat(option.options ?? [])]);
}
