import type { APIEmbed, APIMessage } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import type { Node } from './components.ts';

/** What a person reads in a message, top to bottom; buttons as `[Label]`, selects as `[Placeholder ▾]`, files as `<name>`. */
export function messageText(message: APIMessage): string {
  const components = ((message.components ?? []) as unknown as readonly Node[]).map(nodeText);
  const shown = JSON.stringify(message.components ?? []);
  const files = message.attachments.filter((file) => !shown.includes(file.id)).map((file) => `<${file.filename}>`);
  return [message.content, ...message.embeds.map(embedText), ...components, ...files].filter((part) => part !== '').join('\n');
}

function embedText(embed: APIEmbed): string {
  const fields = (embed.fields ?? []).map((field) => `${field.name}: ${field.value}`);
  return [embed.title, embed.description, ...fields, embed.footer?.text].filter((part) => part !== undefined && part !== '').join('\n');
}

function nodeText(node: Node): string {
  const own = OWN[node.type];
  if (own !== undefined) return own(node);
  const children = [...(node.components ?? []), ...(node.accessory === undefined ? [] : [node.accessory])].map(nodeText);
  return children.filter((part) => part !== '').join(node.type === ComponentType.ActionRow ? ' ' : '\n');
}

/** What components say that hold no others. */
const OWN: { readonly [type in ComponentType]?: (node: Node) => string } = {
  [ComponentType.Button]: (node) => `[${node.label ?? node.custom_id ?? ''}]`,
  [ComponentType.StringSelect]: (node) => `[${node.placeholder ?? node.custom_id ?? ''} ▾]`,
  [ComponentType.TextDisplay]: (node) => node.content ?? '',
  [ComponentType.MediaGallery]: (node) => (node.items ?? []).map((item) => `<${fileName(item.media.url)}>`).join('\n'),
  [ComponentType.File]: (node) => `<${fileName(node.file?.url ?? '')}>`,
};

function fileName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
