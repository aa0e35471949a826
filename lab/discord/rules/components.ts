/** Discord's rules for components. https://docs.discord.com/developers/components/reference */
import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { characters } from '../characters.ts';
import { walk, type Node } from '../components.ts';
import type { Form } from '../refusal.ts';

const MAX_ROWS = 5;
const MAX_V2 = 40;
/** Of all text displays of one message together. */
const MAX_V2_TEXT = 4000;
const MAX_BUTTONS = 5;
const MAX_CUSTOM_ID = 100;

type Path = readonly (string | number)[];

interface Placed {
  readonly node: Node;
  readonly at: Path;
}

export function checkComponents(
  form: Form,
  given: readonly unknown[],
  facts: { readonly v2: boolean; readonly files: readonly string[] },
): void {
  const top = given as readonly Node[];
  if (facts.v2) checkV2(form, top, facts.files);
  else checkLegacy(form, top);
  const placed = place(top, ['components']);
  for (const { node, at } of placed) checkNode(form, node, at);
  unique(form, placed, 'custom_id', 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
  unique(form, placed, 'id', 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
}

function checkLegacy(form: Form, top: readonly Node[]): void {
  if (top.length > MAX_ROWS) form.add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_ROWS} or fewer in length.`);
  top.forEach((node, index) => {
    if (node.type === ComponentType.ActionRow) return;
    const message = 'Components other than action rows need the flag IS_COMPONENTS_V2';
    form.add(['components', index, 'type'], 'UNION_TYPE_CHOICES', message);
  });
}

function checkV2(form: Form, top: readonly Node[], files: readonly string[]): void {
  const all = walk(top);
  if (all.length > MAX_V2)
    form.add(['components'], 'COMPONENT_MAX_TOTAL_COMPONENTS', `The total number of components must not exceed ${MAX_V2}`);
  const text = all.reduce((sum, node) => sum + (node.type === ComponentType.TextDisplay ? characters(node.content) : 0), 0);
  if (text > MAX_V2_TEXT) {
    form.add(
      ['components'],
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `Component displayable text size exceeds maximum size of ${MAX_V2_TEXT}`,
    );
  }
  for (const { node, at } of place(top, ['components'])) {
    if (node.type === ComponentType.TextDisplay && (node.content ?? '') === '') {
      form.add([...at, 'content'], 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${MAX_V2_TEXT} in length.`);
    }
    for (const url of mediaOf(node)) {
      const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
      if (name !== undefined && !files.includes(name)) {
        form.add(
          [...at, 'media'],
          'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
          `The referenced attachment '${url}' was not found`,
        );
      }
    }
  }
}

function mediaOf(node: Node): string[] {
  const items = (node.items ?? []).map((item) => item.media.url);
  return [...items, ...(node.media === undefined ? [] : [node.media.url]), ...(node.file === undefined ? [] : [node.file.url])];
}

const SELECTS: ReadonlySet<ComponentType> = new Set([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]);

function checkNode(form: Form, node: Node, at: Path): void {
  if (node.type === ComponentType.ActionRow) row(form, node, at);
  if (node.type === ComponentType.Button) button(form, node, at);
  if (SELECTS.has(node.type)) select(form, node, at);
}

function row(form: Form, node: Node, at: Path): void {
  const children = node.components ?? [];
  const selects = children.filter((child) => SELECTS.has(child.type)).length;
  form.count([...at, 'components'], children, 1, MAX_BUTTONS);
  if (selects > 0 && children.length > 1) {
    form.add([...at, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'An action row holds up to five buttons or one select');
  }
}

function button(form: Form, node: Node, at: Path): void {
  form.max([...at, 'label'], node.label, 80);
  if (node.style === ButtonStyle.Link) {
    if (node.url === undefined) form.add([...at, 'url'], 'BASE_TYPE_REQUIRED', 'A url is required');
    if (node.custom_id !== undefined)
      form.add([...at, 'custom_id'], 'BUTTON_COMPONENT_INVALID', 'A custom id and url cannot both be specified');
  } else if (node.style !== ButtonStyle.Premium) {
    customId(form, node, at);
    if (node.url !== undefined) form.add([...at, 'url'], 'BUTTON_COMPONENT_INVALID', 'A url is for link buttons only');
  }
  const hasEmoji = 'emoji' in node && node.emoji !== null && node.emoji !== undefined;
  if (node.style !== ButtonStyle.Premium && !node.label && !hasEmoji) {
    form.add([...at, 'label'], 'BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED', 'A button needs a label or an emoji');
  }
}

function select(form: Form, node: Node, at: Path): void {
  customId(form, node, at);
  form.max([...at, 'placeholder'], node.placeholder, 150);
  const min = node.min_values ?? 1;
  const max = node.max_values ?? 1;
  if (min > max) form.add([...at, 'min_values'], 'SELECT_COMPONENT_MIN_GREATER_THAN_MAX', 'min_values must not be greater than max_values');
  if (node.type !== ComponentType.StringSelect) return;
  const options = node.options ?? [];
  form.count([...at, 'options'], options, 1, 25);
  if (options.length > 0 && max > options.length) {
    form.add([...at, 'max_values'], 'SELECT_COMPONENT_MAX_VALUES_TOO_LARGE', 'max_values must not be greater than the number of options');
  }
  options.forEach((option, index) => {
    form.max([...at, 'options', index, 'label'], option.label, 100);
    form.max([...at, 'options', index, 'value'], option.value, 100);
    if (options.findIndex((other) => other.value === option.value) < index) {
      form.add(
        [...at, 'options', index, 'value'],
        'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        'The specified option value is already used',
      );
    }
  });
}

function customId(form: Form, node: Node, at: Path): void {
  if (!node.custom_id) form.add([...at, 'custom_id'], 'BASE_TYPE_REQUIRED', 'A custom id is required');
  form.max([...at, 'custom_id'], node.custom_id, MAX_CUSTOM_ID);
}

/** Every component with its place in the body. */
function place(nodes: readonly Node[], at: Path): Placed[] {
  return nodes.flatMap((node, index) => {
    const here = [...at, index];
    return [
      { node, at: here },
      ...place(node.components ?? [], [...here, 'components']),
      ...single(node.accessory, [...here, 'accessory']),
    ];
  });
}

function single(node: Node | undefined, at: Path): Placed[] {
  return node === undefined ? [] : [{ node, at }];
}

function unique(form: Form, placed: readonly Placed[], key: 'custom_id' | 'id', code: string, message: string): void {
  const seen = new Set<string | number>();
  for (const { node, at } of placed) {
    const value = node[key];
    if (!value) continue;
    if (seen.has(value)) form.add([...at, key], code, message);
    seen.add(value);
  }
}
