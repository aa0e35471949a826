/** Pictures and files. Nothing is loaded from outside the lab: what lies elsewhere is shown as its address. */
import type { APIAttachment } from 'discord-api-types/v10';
import { html, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import type { MessageContext } from './message-context.ts';
import { fileSize, localUrl } from './names.ts';

export interface Picture {
  readonly url: string;
  /** The text for who cannot see it. */
  readonly description: string;
  readonly spoiler: boolean;
}

export function imageView(picture: Picture, context: MessageContext, look: 'thumbnail' | 'image'): TemplateResult {
  const url = localUrl(picture.url, context.message);
  if (url === undefined) return html`<span class="elsewhere">${icon('file')} ${picture.description || picture.url}</span>`;
  return html`<a class=${look} href=${url} target="_blank" rel="noopener noreferrer"
    ><img src=${url} alt=${picture.description} loading="lazy"
  /></a>`;
}

export function galleryView(pictures: readonly Picture[], context: MessageContext): TemplateResult {
  return html`<div class="gallery" data-count=${pictures.length}>${pictures.map((picture) => imageView(picture, context, 'image'))}</div>`;
}

export function attachmentView(attachment: APIAttachment, context: MessageContext): TemplateResult {
  const picture = attachment.content_type?.startsWith('image/') === true;
  if (!picture) return fileView(attachment);
  return imageView({ url: attachment.url, description: attachment.description ?? attachment.filename, spoiler: false }, context, 'image');
}

/** For a component that names an attachment of its message. */
export function fileByUrl(url: string, context: MessageContext, name?: string): TemplateResult {
  const named = url.replace(/^attachment:\/\//, '');
  const attachment = context.message.attachments.find((each) => each.url === url || each.filename === named);
  return attachment === undefined ? html`<div class="file">${icon('file')} <span>${name ?? named}</span></div>` : fileView(attachment);
}

function fileView(attachment: APIAttachment): TemplateResult {
  const url = localUrl(attachment.url);
  const name = attachment.title ?? attachment.filename;
  return html`<div class="file">
    ${icon('file')}
    <span class="file-text">
      ${url === undefined ? html`<span>${name}</span>` : html`<a href=${url} target="_blank" rel="noopener noreferrer" download=${attachment.filename}>${name}</a>`}
      <small>${fileSize(attachment.size)}</small>
    </span>
    ${url === undefined ? '' : icon('download')}
  </div>`;
}

/** Those that no component of the message shows already. */
export function looseAttachments(context: MessageContext): readonly APIAttachment[] {
  const shown = JSON.stringify([context.message.components ?? [], context.message.embeds]);
  return context.message.attachments.filter((each) => !shown.includes(each.url) && !shown.includes(`attachment://${each.filename}"`));
}
