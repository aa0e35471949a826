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
  const children = (node.components ?? []).map(nodeText);
  switch (node.type) {
    case ComponentType.Button:
      return `[${node.label ?? node.custom_id ?? ''}]`;
    case ComponentType.StringSelect:
      return `[${node.placeholder ?? node.custom_id ?? ''} ▾]`;
    case ComponentType.TextDisplay:
      return node.content ?? '';
    case ComponentType.ActionRow:
      return children.join(' ');
    case ComponentType.Section:
      return [...children, node.accessory === undefined ? '' : nodeText(node.accessory)].filter((part) => part !== '').join('\n');
    case ComponentType.MediaGallery:
      return (node.items ?? []).map((item) => `<${fileName(item.media.url)}>`).join('\n');
    case ComponentType.File:
      return `<${fileName(node.file?.url ?? '')}>`;
    default:
      return children.join('\n');
  }
}

function fileName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
