import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { characters } from '../characters.ts';
import { walk, type Node } from '../components.ts';
import type { Core } from '../core.ts';
import type { Interaction } from '../interaction.ts';
import { acknowledged, actor, begin, type Acting } from './acting.ts';
import { checkValues } from './component.ts';
import { NotPossible } from './refused.ts';

export interface ModalAct extends Acting {
  /** The interaction that opened it. */
  readonly interaction: string;
  readonly fields: readonly { readonly customId: string; readonly value: string | readonly string[] }[];
}

/** A person sends a modal; resolves when the bot has acknowledged it. */
export async function sendModal(core: Core, act: ModalAct): Promise<Interaction> {
  const who = actor(core, act);
  const opened = core.interactions.get(act.interaction);
  const modal = opened?.modal;
  if (opened === undefined || modal === undefined) throw new NotPossible('No modal is open');
  if (opened.user.user.id !== act.user) throw new NotPossible('The modal is open for somebody else');
  const components = answers(modal, act);
  const { source } = opened;
  const interaction = begin(core, who, {
    kind: 'modal',
    act: `submits "${modal.title}"`,
    ...(source === undefined ? {} : { source }),
    data: { custom_id: modal.custom_id, components },
    metadata: () => ({ triggering_interaction_metadata: opened.metadata }) as object,
  });
  return acknowledged(interaction);
}

/** The modal's components with what was entered, in the shape that they were sent in: rows or labels. */
function answers(modal: APIModalInteractionResponseCallbackData, act: ModalAct): unknown[] {
  const nodes = modal.components as unknown as readonly Node[];
  const known = new Set(walk(nodes).flatMap((node) => node.custom_id ?? []));
  for (const { customId } of act.fields) {
    if (!known.has(customId)) throw new NotPossible(`The modal has no field "${customId}"`);
  }
  return nodes.map((node, index) => {
    const id = node.id ?? index + 1;
    if (node.type === ComponentType.Label && node.component !== undefined)
      return { type: node.type, id, component: entered(node.component, act) };
    if (node.type === ComponentType.ActionRow)
      return { type: node.type, id, components: (node.components ?? []).map((child) => entered(child, act)) };
    return { type: node.type, id };
  });
}

function entered(node: Node, act: ModalAct): Record<string, unknown> {
  const value = act.fields.find((field) => field.customId === node.custom_id)?.value;
  const about = { type: node.type, id: node.id ?? 1, custom_id: node.custom_id };
  if (node.type === ComponentType.TextInput) return { ...about, value: text(node, value) };
  const values = value === undefined ? [] : [value].flat();
  if (node.required !== false && values.length === 0) throw new NotPossible(`The field "${node.custom_id ?? ''}" is required`);
  if (values.length > 0) checkValues(node, values);
  return { ...about, ...(SINGLE.has(node.type) ? { value: values[0] ?? null } : { values }) };
}

/** Radio groups and checkboxes carry one value. */
const SINGLE: ReadonlySet<number> = new Set([21, 23]);

interface TextInput extends Node {
  readonly min_length?: number;
  readonly max_length?: number;
  readonly value?: string;
}

function text(node: TextInput, given: string | readonly string[] | undefined): string {
  const value = String(given ?? node.value ?? '');
  if (node.required !== false && value === '') throw new NotPossible(`The field "${node.custom_id ?? ''}" is required`);
  const length = characters(value);
  if (value !== '' && length < (node.min_length ?? 0))
    throw new NotPossible(`The field "${node.custom_id ?? ''}" must be at least ${node.min_length} long`);
  if (length > (node.max_length ?? 4000))
    throw new NotPossible(`The field "${node.custom_id ?? ''}" must be at most ${node.max_length ?? 4000} long`);
  return value;
}
