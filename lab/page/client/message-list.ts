import { MessageType } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChannelView, MessageView } from '../contract.ts';
import { formatTimestamp, sameDay } from '../model/time.ts';
import type { Actions } from './actions.ts';
import { icon } from './icons.ts';
import { messageView, noteView } from './message-view.ts';
import { channelName } from './names.ts';
import type { Note, Scene } from './state.ts';

interface Line {
  readonly id: string;
  readonly at: number;
  readonly entry: { readonly message: MessageView } | { readonly note: Note };
}

const groupedMs = 7 * 60_000;

/** What this person may see and has not dismissed, oldest first. */
export function visibleLines(channel: ChannelView, scene: Scene): readonly Line[] {
  const { state, me } = scene;
  const messages = channel.messages
    .filter((view) => view.message.type !== MessageType.ThreadStarterMessage)
    .filter((view) => (view.ephemeralFor === undefined || view.ephemeralFor === me.id) && !state.dismissed.has(view.message.id))
    .map((message): Line => ({ id: message.message.id, at: Date.parse(message.message.timestamp), entry: { message } }));
  const notes = state.notes
    .filter((note) => note.channel === channel.id && note.person === me.id)
    .map((note): Line => ({ id: note.id, at: note.at, entry: { note } }));
  return notes.length === 0 ? messages : [...messages, ...notes].toSorted((one, other) => one.at - other.at);
}

export function messageListView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult {
  const all = visibleLines(channel, scene);
  const lines = all.slice(-scene.state.depth);
  return html`<div class="messages" role="log" aria-label="Messages in ${channel.name}" tabindex="0">
    <div>
      ${lines.length < all.length ? earlierView(all.length - lines.length, act) : beginningView(channel, scene)}
      ${repeat(
        lines,
        (line) => line.id,
        (line, index) => lineView(line, lines[index - 1], scene, act),
      )}
    </div>
  </div>`;
}

function beginningView({ name, topic, parent }: ChannelView, scene: Scene): TemplateResult {
  const words = topic === '' ? `This is the start of ${name}.` : topic;
  return html`<div class="beginning">
    <span class="beginning-icon">${icon(parent === undefined ? 'hash' : 'thread')}</span>
    <h2>${parent === undefined ? `Welcome to #${name}` : name}</h2>
    <p>
      ${words}
      ${parent === undefined ? nothing : html`It hangs on a message in <a href="#${parent.channel}">#${channelName(scene, parent.channel)}</a>.`}
    </p>
  </div>`;
}

function earlierView(hidden: number, act: Actions): TemplateResult {
  return html`<div class="earlier">
    <button type="button" class="button secondary" @click=${() => act.showEarlier()}>Show earlier messages (${hidden})</button>
  </div>`;
}

function lineView(line: Line, before: Line | undefined, scene: Scene, act: Actions): TemplateResult {
  const newDay = before === undefined || !sameDay(before.at, line.at);
  const day = newDay ? html`<div class="day" role="separator"><span>${formatTimestamp(line.at, 'D', line.at)}</span></div>` : nothing;
  const { entry } = line;
  if ('note' in entry) return html`${day}${noteView(entry.note, scene, act)}`;
  return html`${day}${messageView(entry.message, !newDay && follows(entry.message, before), scene, act)}`;
}

function follows(view: MessageView, before: Line | undefined): boolean {
  if (before === undefined || !('message' in before.entry)) return false;
  const last = before.entry.message;
  const plain = view.message.type === MessageType.Default && last.message.type !== MessageType.ThreadCreated;
  const near = Date.parse(view.message.timestamp) - before.at < groupedMs;
  return plain && near && last.message.author.id === view.message.author.id && (last.ephemeralFor ?? '') === (view.ephemeralFor ?? '');
}
