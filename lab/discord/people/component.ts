import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { walk, type Node } from '../components.ts';
import type { Core } from '../core.ts';
import type { Interaction } from '../interaction.ts';
import { memberJson, roleJson } from '../payloads.ts';
import type { Channel, StoredMessage, World } from '../world.ts';
import { acknowledged, actor, begin, type Acting } from './acting.ts';
import { NotPossible } from './refused.ts';

export interface ComponentAct extends Acting {
  readonly message: string;
  readonly customId: string;
  readonly values?: readonly string[];
}

/** A person presses a button or picks from a select; resolves when the bot has acknowledged it. */
export async function useComponent(core: Core, act: ComponentAct): Promise<Interaction> {
  const who = actor(core, act);
  const source = visible(who.channel, act);
  const node = walk(source.message.components).find((one) => one.custom_id === act.customId);
  if (node === undefined) throw new NotPossible(`The message has no component "${act.customId}"`);
  if (node.disabled) throw new NotPossible(`"${node.label ?? node.placeholder ?? act.customId}" is disabled`);
  const interaction = begin(core, who, {
    kind: 'component',
    act:
      node.type === ComponentType.Button
        ? `presses [${node.label ?? act.customId}]`
        : `picks ${picked(node, act)} in [${node.placeholder ?? act.customId}]`,
    source,
    data: { custom_id: act.customId, component_type: node.type, id: node.id, ...chosen(core.world, node, act) },
    metadata: () => ({ interacted_message_id: source.message.id }),
  });
  return acknowledged(interaction);
}

function visible(channel: Channel, act: ComponentAct): StoredMessage {
  const stored = channel.messages.get(act.message);
  if (stored === undefined || (stored.ephemeralFor !== undefined && stored.ephemeralFor !== act.user)) {
    throw new NotPossible(`There is no message ${act.message} in #${channel.name} for this person`);
  }
  return stored;
}

function picked(node: Node, act: ComponentAct): string {
  const labels = (act.values ?? []).map((value) => node.options?.find((option) => option.value === value)?.label ?? value);
  return labels.map((label) => `"${label}"`).join(', ');
}

function chosen(world: World, node: Node, act: ComponentAct): Record<string, unknown> {
  if (node.type === ComponentType.Button) return {};
  const values = act.values ?? [];
  checkValues(node, values);
  if (node.type === ComponentType.StringSelect) return { values };
  const people = values.flatMap((id) => world.members.get(id) ?? []);
  const roles = values.flatMap((id) => world.roles.get(id) ?? []);
  return {
    values,
    resolved: {
      users: Object.fromEntries(people.map((member) => [member.user.id, member.user])),
      members: Object.fromEntries(people.map((member) => [member.user.id, { ...memberJson(member), permissions: '0' }])),
      roles: Object.fromEntries(roles.map((role) => [role.id, roleJson(role)])),
    },
  };
}

/** Refuses a choice that the select does not offer. */
export function checkValues(node: Node, values: readonly string[]): void {
  const min = node.min_values ?? 1;
  const max = node.max_values ?? 1;
  if (values.length < min || values.length > max)
    throw new NotPossible(`"${node.placeholder ?? node.custom_id ?? ''}" takes ${min} to ${max} values`);
  if (node.options === undefined) return;
  const unknown = values.filter((value) => !node.options?.some((option) => option.value === value));
  if (unknown.length > 0) throw new NotPossible(`"${node.placeholder ?? node.custom_id ?? ''}" does not offer ${unknown.join(', ')}`);
}

/** The custom id of what a person would call by its label, its placeholder or its custom id. */
export function customIdOf(message: StoredMessage['message'], name: string, kind: 'button' | 'select'): string {
  const nodes = walk(message.components).filter((node) => (node.type === ComponentType.Button) === (kind === 'button') && isUsable(node));
  const node = nodes.find((one) => one.label === name || one.placeholder === name || one.custom_id === name);
  if (node?.custom_id === undefined) {
    const there = nodes.map((one) => one.label ?? one.placeholder ?? one.custom_id ?? '').join(', ');
    throw new NotPossible(`The message has no ${kind} "${name}"; it has: ${there === '' ? 'none' : there}`);
  }
  return node.custom_id;
}

function isUsable(node: Node): boolean {
  return node.custom_id !== undefined && !(node.type === ComponentType.Button && node.style === ButtonStyle.Link);
}
