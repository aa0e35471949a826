import type { APIMessage } from 'discord-api-types/v10';
import { html, type TemplateResult } from 'lit';
import { parseMarkdown, type Block, type Inline } from '../model/markdown.ts';
import { timeView } from './lab-time.ts';
import { channelName, roleName, userName } from './names.ts';
import type { Scene } from './state.ts';

/** Whose names stand behind mentions. */
export interface Surroundings {
  readonly scene: Scene;
  readonly message?: APIMessage;
}

type Shown = TemplateResult | string;

/** Channels are links within the page (`#<id>`), which main.ts follows. */
export function markdownView(source: string, around: Surroundings): readonly Shown[] {
  return parseMarkdown(source).map((block) => blockView(block, around));
}

/** A single line, for titles and names: no blocks. */
export function inlineView(children: readonly Inline[], around: Surroundings): readonly Shown[] {
  return children.map((each) => oneInline(each, around));
}

function blockView(block: Block, around: Surroundings): TemplateResult {
  switch (block.kind) {
    case 'paragraph':
      return html`<p>${inlineView(block.children, around)}</p>`;
    case 'subtext':
      return html`<p class="subtext">${inlineView(block.children, around)}</p>`;
    case 'heading':
      // the page's own headings are 1 to 3
      return html`<div class="md-h${block.level}" role="heading" aria-level=${block.level + 3}>${inlineView(block.children, around)}</div>`;
    case 'quote':
      return html`<blockquote>${block.blocks.map((each) => blockView(each, around))}</blockquote>`;
    case 'codeBlock':
      return html`<pre tabindex="0" aria-label="Code"><code>${block.text}</code></pre>`;
    default:
      return listView(block, around);
  }
}

function listView(list: Extract<Block, { kind: 'list' }>, around: Surroundings): TemplateResult {
  const items = list.items.map((item) => html`<li>${item.map((each) => blockView(each, around))}</li>`);
  return list.ordered
    ? html`<ol start=${list.start}>
        ${items}
      </ol>`
    : html`<ul>
        ${items}
      </ul>`;
}

function oneInline(inline: Inline, around: Surroundings): Shown {
  switch (inline.kind) {
    case 'text':
    case 'emoji':
      return inline.text;
    case 'break':
      return html`<br />`;
    case 'code':
      return html`<code>${inline.text}</code>`;
    case 'time':
      return html`<span class="timestamp">${timeView(inline.at, inline.style)}</span>`;
    case 'link':
      return linkView(inline.url, inline.children, around);
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
    case 'spoiler':
      return nestedView(inline.kind, inlineView(inline.children, around));
    default:
      return mentionView(inline, around);
  }
}

function nestedView(kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler', children: readonly Shown[]): TemplateResult {
  switch (kind) {
    case 'bold':
      return html`<strong>${children}</strong>`;
    case 'italic':
      return html`<em>${children}</em>`;
    case 'underline':
      return html`<u>${children}</u>`;
    case 'strike':
      return html`<s>${children}</s>`;
    default:
      return html`<button class="spoiler" type="button" aria-label="Spoiler, press to show" @click=${reveal}>${children}</button>`;
  }
}

function reveal(event: Event): void {
  const target = event.currentTarget;
  if (!(target instanceof HTMLElement)) return;
  target.classList.toggle('shown');
  target.removeAttribute('aria-label');
}

type Mention = Exclude<
  Inline,
  { kind: 'text' | 'emoji' | 'break' | 'code' | 'time' | 'link' | 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' }
>;

function mentionView(mention: Mention, { scene, message }: Surroundings): TemplateResult {
  switch (mention.kind) {
    case 'user':
      return html`<span class="mention">@${userName(scene, mention.id, message)}</span>`;
    case 'role':
      return html`<span class="mention">@${roleName(scene, mention.id)}</span>`;
    case 'channel':
      return html`<a class="mention" href="#${mention.id}">#${channelName(scene, mention.id)}</a>`;
    default:
      return html`<span class="mention">${mention.text}</span>`;
  }
}

function linkView(url: string, children: readonly Inline[], around: Surroundings): TemplateResult {
  const jump = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)(?:\/\d+)?$/.exec(url)?.[1];
  if (jump === undefined) return html`<a href=${url} target="_blank" rel="noopener noreferrer">${inlineView(children, around)}</a>`;
  const bare = children.length === 1 && children[0]?.kind === 'text' && children[0].text === url;
  return html`<a class="mention" href="#${jump}">${bare ? `#${channelName(around.scene, jump)}` : inlineView(children, around)}</a>`;
}
