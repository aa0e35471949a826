import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { walk } from '../components.ts';
import { Form } from '../refusal.ts';

/** Discord's rules for a modal. https://docs.discord.com/developers/components/reference#label */
export function checkModal(modal: APIModalInteractionResponseCallbackData): void {
  const form = new Form();
  const at = ['data'] as const;
  if (!modal.title) form.add([...at, 'title'], 'BASE_TYPE_REQUIRED', 'This field is required');
  form.max([...at, 'title'], modal.title, 45);
  if (!modal.custom_id) form.add([...at, 'custom_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  form.max([...at, 'custom_id'], modal.custom_id, 100);
  form.count([...at, 'components'], modal.components, 1, 5);
  const inputs = walk(modal.components).filter((node) => !CONTAINERS.has(node.type));
  inputs.forEach((node, index) => {
    if (!node.custom_id) form.add([...at, 'components', index, 'custom_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
    if (inputs.findIndex((other) => other.custom_id === node.custom_id) < index) {
      form.add([...at, 'components', index, 'custom_id'], 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
    }
  });
  walk(modal.components).forEach((node, index) => {
    if (node.type === ComponentType.Label) form.max([...at, 'components', index, 'label'], node.label, 45);
  });
  form.done();
}

const CONTAINERS: ReadonlySet<ComponentType> = new Set([ComponentType.Label, ComponentType.ActionRow, ComponentType.TextDisplay]);
