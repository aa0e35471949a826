/** Components as Discord gives them back: numbered, with every default written out and media resolved. */
import type { APIAttachment, APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';

/** A component of any kind, read loosely: its shape was checked before. */
export interface Node {
  readonly type: ComponentType;
  readonly id?: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly placeholder?: string;
  readonly content?: string;
  readonly disabled?: boolean;
  readonly style?: number;
  readonly url?: string;
  readonly min_values?: number;
  readonly max_values?: number;
  readonly required?: boolean;
  readonly options?: readonly { readonly label: string; readonly value: string }[];
  readonly items?: readonly { readonly media: Media; readonly description?: string | null; readonly spoiler?: boolean }[];
  readonly media?: Media;
  readonly file?: Media;
  readonly components?: readonly Node[];
  readonly accessory?: Node;
  readonly component?: Node;
}

interface Media {
  readonly url: string;
}

/** Every component below these, outer before inner, in reading order. */
export function walk(components: readonly unknown[] | null | undefined): Node[] {
  return ((components ?? []) as readonly Node[]).flatMap((node) => [
    node,
    ...walk(node.components),
    ...walk(node.accessory === undefined ? [] : [node.accessory]),
    ...walk(node.component === undefined ? [] : [node.component]),
  ]);
}

const DEFAULTS: { readonly [type in ComponentType]?: Readonly<Record<string, unknown>> } = {
  [ComponentType.Container]: { accent_color: null, spoiler: false },
  [ComponentType.Separator]: { divider: true, spacing: 1 },
  [ComponentType.Thumbnail]: { description: null, spoiler: false },
  [ComponentType.File]: { name: null, size: null, spoiler: false },
  [ComponentType.StringSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.UserSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.RoleSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.MentionableSelect]: { min_values: 1, max_values: 1 },
  [ComponentType.ChannelSelect]: { min_values: 1, max_values: 1 },
};

/** The components as a message carries them. */
export function resolveComponents(
  components: readonly APIMessageTopLevelComponent[],
  attachments: readonly APIAttachment[],
  nextId: () => string,
): APIMessageTopLevelComponent[] {
  const taken = new Set(walk(components).flatMap((node) => (node.id ? [node.id] : [])));
  let last = 0;
  const number = (): number => {
    do last += 1;
    while (taken.has(last));
    return last;
  };
  const media = (given: Media): Record<string, unknown> => {
    const found = attachments.find((attachment) => given.url === `attachment://${attachment.filename}`);
    if (found === undefined) return { id: nextId(), url: given.url, proxy_url: given.url };
    const { url, proxy_url, width = null, height = null, content_type = null } = found;
    return { id: nextId(), url, proxy_url, width, height, content_type, attachment_id: found.id };
  };
  const named = (given: Media): Record<string, unknown> => {
    const found = attachments.find((attachment) => given.url === `attachment://${attachment.filename}`);
    return found === undefined ? {} : { name: found.filename, size: found.size };
  };
  const resolve = (node: Node): Node =>
    ({
      ...DEFAULTS[node.type],
      ...withoutNulls(node),
      id: node.id ? node.id : number(),
      ...(node.components && { components: node.components.map(resolve) }),
      ...(node.accessory && { accessory: resolve(node.accessory) }),
      ...(node.media && { media: media(node.media) }),
      ...(node.file && { file: media(node.file), ...named(node.file) }),
      ...(node.items && { items: node.items.map((item) => ({ description: null, spoiler: false, ...item, media: media(item.media) })) }),
    }) as unknown as Node;
  return (components as unknown as readonly Node[]).map(resolve) as unknown as APIMessageTopLevelComponent[];
}

function withoutNulls(node: Node): Partial<Node> {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== null));
}
