import type { APIEmbed } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { parseInline } from '../model/markdown-inline.ts';
import { colour } from './components-view.ts';
import { timeView } from './lab-time.ts';
import { inlineView, markdownView } from './markdown-view.ts';
import { imageView } from './media-view.ts';
import type { MessageContext } from './message-context.ts';

export function embedView(embed: APIEmbed, context: MessageContext): TemplateResult {
  const picture = (url: string, look: 'thumbnail' | 'image'): TemplateResult =>
    imageView({ url, description: '', spoiler: false }, context, look);
  return html`<div class="embed" .style=${`--accent: ${embed.color === undefined ? '#4e5058' : colour(embed.color)}`}>
    <div class="embed-main">
      ${embed.author === undefined ? nothing : html`<div class="embed-author">${linked(embed.author.name, embed.author.url)}</div>`}
      ${embed.title === undefined ? nothing : html`<div class="embed-title">${titleView(embed.title, embed.url, context)}</div>`}
      ${embed.description === undefined ? nothing : html`<div class="markdown">${markdownView(embed.description, context)}</div>`}
      ${fieldsView(embed, context)} ${embed.image === undefined ? nothing : picture(embed.image.url, 'image')} ${footerView(embed)}
    </div>
    ${embed.thumbnail === undefined ? nothing : picture(embed.thumbnail.url, 'thumbnail')}
  </div>`;
}

function titleView(title: string, url: string | undefined, context: MessageContext): TemplateResult {
  const words = html`${inlineView(parseInline(title), context)}`;
  return url === undefined ? words : html`<a href=${url} target="_blank" rel="noopener noreferrer">${words}</a>`;
}

function linked(words: string, url: string | undefined): TemplateResult {
  return url === undefined ? html`${words}` : html`<a href=${url} target="_blank" rel="noopener noreferrer">${words}</a>`;
}

function fieldsView(embed: APIEmbed, context: MessageContext): TemplateResult | typeof nothing {
  if (embed.fields === undefined || embed.fields.length === 0) return nothing;
  return html`<div class="fields">
    ${embed.fields.map(
      (field) =>
        html`<div class="field ${field.inline === true ? 'inline' : ''}">
          <div class="field-name">${inlineView(parseInline(field.name), context)}</div>
          <div class="markdown">${markdownView(field.value, context)}</div>
        </div>`,
    )}
  </div>`;
}

function footerView(embed: APIEmbed): TemplateResult | typeof nothing {
  if (embed.footer === undefined && embed.timestamp === undefined) return nothing;
  const time = embed.timestamp === undefined ? nothing : timeView(Date.parse(embed.timestamp), 'head');
  const dot = embed.footer !== undefined && embed.timestamp !== undefined ? ' • ' : '';
  return html`<div class="embed-footer">${embed.footer?.text ?? ''}${dot}${time}</div>`;
}
