import type { APIMessage } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icons.ts';
import { timeView } from './lab-time.ts';
import type { Scene } from './state.ts';

/** Under the message that a thread hangs on: its name, how much is in it, and the way there. */
export function threadCardView(message: APIMessage, scene: Scene): TemplateResult | typeof nothing {
  const thread = scene.world.channels.find(
    (channel) => channel.parent?.message === message.id || (channel.parent !== undefined && channel.id === message.thread?.id),
  );
  if (thread === undefined || thread.id === message.channel_id) return nothing;
  const visible = thread.messages.filter((each) => each.ephemeralFor === undefined);
  const last = visible.at(-1)?.message;
  return html`<a class="thread-card" href="#${thread.id}">
    <span class="thread-name">${icon('thread')}<b>${thread.name}</b></span>
    <span class="thread-count">${visible.length === 1 ? '1 message' : `${visible.length} messages`} ›</span>
    <span class="thread-last"
      >${thread.archived === true ? 'Archived · ' : nothing}
      ${last === undefined ? 'Nothing written yet' : html`${last.author.username} · ${timeView(Date.parse(last.timestamp), 'R')}`}</span
    >
  </a>`;
}
