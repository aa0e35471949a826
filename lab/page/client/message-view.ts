import { MessageType, type APIMessage } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import type { MessageView } from '../contract.ts';
import type { Actions } from './actions.ts';
import { avatarView } from './avatar.ts';
import { componentsView } from './components-view.ts';
import { embedView } from './embed-view.ts';
import { icon } from './icons.ts';
import { timeView } from './lab-time.ts';
import { markdownView } from './markdown-view.ts';
import { attachmentView, looseAttachments } from './media-view.ts';
import type { MessageContext } from './message-context.ts';
import type { Note, Scene } from './state.ts';
import { threadCardView } from './thread-view.ts';
import { userName } from './names.ts';

type Part = TemplateResult | typeof nothing;

/** `follows` is set where the same author wrote just before: then name and picture are not said again. */
export function messageView(view: MessageView, follows: boolean, scene: Scene, act: Actions): TemplateResult {
  const { message } = view;
  const context = { scene, message, act };
  if (message.type === MessageType.ThreadCreated || message.type === MessageType.ChannelPinnedMessage) return systemView(message, scene);
  const mentioned = message.mentions.some((user) => user.id === scene.me.id);
  const classes = ['message', follows ? 'follows' : '', mentioned ? 'mentioned' : '', view.ephemeralFor === undefined ? '' : 'ephemeral'];
  return html`<article
    class=${classes.filter(Boolean).join(' ')}
    tabindex="-1"
    data-id=${message.id}
    aria-label="Message of ${message.author.username}"
  >
    ${askedView(message, scene)} ${follows ? nothing : avatarView(message.author.username, message.author.bot === true)}
    <div class="body">
      ${follows ? nothing : headView(message, scene)} ${view.thinking === true ? thinkingView(message) : contentView(context)}
      ${failureView(scene.state.failures.get(message.id))} ${threadCardView(message, scene)}
      ${view.ephemeralFor === undefined ? nothing : onlyYouView(message.id, act)}
    </div>
  </article>`;
}

/** The place of an answer that never came. */
export function noteView(note: Note, scene: Scene, act: Actions): TemplateResult {
  return html`<article class="message ephemeral" tabindex="-1" data-id=${note.id} aria-label="Failed command ${note.asked}">
    <div class="asked">${icon('reply')}<b>${userName(scene, note.person)}</b> used <span class="command">${note.asked}</span></div>
    ${avatarView(scene.world.bot.name, true)}
    <div class="body">
      <div class="head"><span class="author">${scene.world.bot.name}</span><span class="tag">APP</span>${timeView(note.at, 'head')}</div>
      ${failureView(note.error)} ${onlyYouView(note.id, act)}
    </div>
  </article>`;
}

function askedView(message: APIMessage, scene: Scene): Part {
  const reply = message.type === MessageType.Reply ? message.referenced_message : undefined;
  if (reply != null)
    return html`<div class="asked">${icon('reply')}<b>${reply.author.username}</b> <span class="quoted">${reply.content}</span></div>`;
  const user = message.interaction_metadata?.user ?? message.interaction?.user;
  if (user === undefined || message.type !== MessageType.ChatInputCommand) return nothing;
  const name = message.interaction?.name;
  return html`<div class="asked">
    ${icon('reply')}<b>${userName(scene, user.id)}</b> used
    ${name === undefined ? 'a command' : html`<span class="command">/${name}</span>`}
  </div>`;
}

function headView(message: APIMessage, scene: Scene): TemplateResult {
  const bot = message.author.bot === true;
  return html`<div class="head">
    <span class="author">${bot ? message.author.username : userName(scene, message.author.id, message)}</span>
    ${bot ? html`<span class="tag">APP</span>` : nothing} ${timeView(Date.parse(message.timestamp), 'head')}
  </div>`;
}

function thinkingView(message: APIMessage): TemplateResult {
  return html`<div class="thinking">
    <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${message.author.username} is thinking…
  </div>`;
}

function contentView(context: MessageContext): TemplateResult {
  const { message } = context;
  const edited = message.edited_timestamp === null ? nothing : html`<span class="edited">(edited)</span>`;
  const content = message.content === '' ? nothing : html`<div class="markdown">${markdownView(message.content, context)}</div>`;
  return html`${content} ${message.embeds.map((embed) => embedView(embed, context))}
  ${looseAttachments(context).map((each) => attachmentView(each, context))} ${componentsView(context)} ${edited}`;
}

function failureView(error: string | undefined): Part {
  return error === undefined ? nothing : html`<div class="failure" role="alert">${icon('warning')} ${error}</div>`;
}

function onlyYouView(id: string, act: Actions): TemplateResult {
  return html`<div class="only-you">
    ${icon('eye')} Only you can see this ·
    <button type="button" class="textual" @click=${() => act.dismiss(id)}>Dismiss message</button>
  </div>`;
}

function systemView(message: APIMessage, scene: Scene): TemplateResult {
  const name = userName(scene, message.author.id, message);
  const words =
    message.type === MessageType.ChannelPinnedMessage
      ? html`<b>${name}</b> pinned a message to this channel.`
      : html`<b>${name}</b> started a thread: <b>${message.content}</b>`;
  return html`<article class="system" data-id=${message.id} tabindex="-1">
    ${icon('thread')} <span>${words} ${timeView(Date.parse(message.timestamp), 'head')}</span>
  </article>`;
}
