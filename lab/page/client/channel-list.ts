import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChannelView } from '../contract.ts';
import type { Actions } from './actions.ts';
import { avatarView } from './avatar.ts';
import { icon } from './icons.ts';
import { visibleLines } from './message-list.ts';
import type { Scene } from './state.ts';

/** The guild, its channels with their threads, the bot's presence, and who the person plays as. */
export function channelListView(scene: Scene, act: Actions): TemplateResult {
  const { world, state } = scene;
  const top = world.channels.filter((channel) => channel.parent === undefined);
  return html`<nav class="channels ${state.drawer === 'channels' ? 'open' : ''}" aria-label="Channels">
    <div class="guild">
      <h2>${world.guild.name}</h2>
      ${closeButton('channels', scene, act)}
    </div>
    <div class="channel-items">
      <ul>
        ${top.map((channel) => html`<li>${channelView(channel, scene, act)}${threadsView(channel, scene, act)}</li>`)}
      </ul>
    </div>
    ${presenceView(scene)} ${personView(scene, act)}
  </nav>`;
}

function threadsView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult | typeof nothing {
  const threads = scene.world.channels.filter(
    (each) => each.parent?.channel === channel.id && (each.archived !== true || each.id === scene.state.channel),
  );
  if (threads.length === 0) return nothing;
  return html`<ul class="threads">
    ${threads.map((thread) => html`<li>${channelView(thread, scene, act)}</li>`)}
  </ul>`;
}

function channelView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult {
  const current = channel.id === scene.state.channel;
  const newest = visibleLines(channel, scene).at(-1)?.id ?? '';
  const unread = !current && (scene.state.seen.get(channel.id) ?? '') !== newest;
  return html`<a
    class="channel ${current ? 'current' : ''} ${unread ? 'unread' : ''}"
    href="#${channel.id}"
    aria-current=${current ? 'page' : nothing}
    @click=${() => act.open('none')}
    >${icon(channel.parent === undefined ? 'hash' : 'thread')}<span>${channel.name}</span>${unread ? html`<span class="visually-hidden"> unread</span>` : nothing}</a
  >`;
}

function presenceView(scene: Scene): TemplateResult {
  const { bot } = scene.world;
  return html`<div class="presence">
    <span class="avatar-holder">${avatarView(bot.name, true)}<i class="dot ${bot.online ? 'online' : 'offline'}"></i></span>
    <span class="presence-text"><b>${bot.name}</b><small>${bot.online ? presenceWords(bot.status) : 'Offline'}</small></span>
  </div>`;
}

/** Discord's own words for a status, or the activity that the bot has set. */
function presenceWords(status: string): string {
  const known: Record<string, string> = { '': 'Online', online: 'Online', idle: 'Idle', dnd: 'Do not disturb', invisible: 'Invisible' };
  return known[status] ?? `Online · ${status}`;
}

function personView(scene: Scene, act: Actions): TemplateResult {
  const { me, world } = scene;
  const change = (event: Event): void => {
    if (event.target instanceof HTMLSelectElement) act.playAs(event.target.value);
  };
  return html`<div class="person">
    ${avatarView(me.name, false)}
    <label class="person-text">
      <small>You play as</small>
      <select aria-label="You play as" .value=${live(me.id)} @change=${change}>
        ${world.people.map((person) => html`<option value=${person.id} ?selected=${person.id === me.id}>${person.role === '' ? person.name : `${person.name} · ${person.role}`}</option>`)}
      </select>
    </label>
  </div>`;
}

/** On a narrow screen the lists lie over the channel and need a way back. */
export function closeButton(what: string, scene: Scene, act: Actions): TemplateResult | typeof nothing {
  if (scene.state.drawer !== what) return nothing;
  return html`<button type="button" class="icon-button" aria-label="Close ${what}" @click=${() => act.open('none')}>
    ${icon('close')}
  </button>`;
}
