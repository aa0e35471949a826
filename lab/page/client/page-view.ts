import { html, nothing, type TemplateResult } from 'lit';
import type { ChannelView } from '../contract.ts';
import type { Actions } from './actions.ts';
import { channelListView } from './channel-list.ts';
import { composerView } from './composer.ts';
import { faultsPanelView } from './faults-panel.ts';
import { icon } from './icons.ts';
import { messageListView } from './message-list.ts';
import { modalView } from './modal.ts';
import { channelName } from './names.ts';
import { toNewest } from './scroll.ts';
import { sceneOf, type PageState, type Scene } from './state.ts';

export function pageView(state: PageState, act: Actions): TemplateResult {
  const scene = sceneOf(state);
  const channel = scene?.world.channels.find((each) => each.id === state.channel);
  if (scene === undefined)
    return html`<main class="waiting">
      <p role="status">${state.connected ? 'Opening the lab…' : 'The lab is not reachable, trying again…'}</p>
    </main>`;
  return html`<div class="page" @keydown=${(event: KeyboardEvent) => closeDrawer(event, state, act)}>
    ${channelListView(scene, act)}
    <main ?inert=${state.drawer !== 'none'}>
      ${channel === undefined ? html`<p class="empty">This channel is gone.</p>` : channelView(channel, scene, act)}
    </main>
    ${faultsPanelView(scene, act)} ${state.drawer === 'none' ? nothing : html`<div class="veil" @click=${() => act.open('none')}></div>`}
    ${state.modal === undefined ? nothing : modalView(state.modal, scene, act)}
  </div>`;
}

function channelView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult {
  return html`${headView(channel, scene, act)} ${messageListView(channel, scene, act)}
    <button type="button" class="to-newest" hidden @click=${toNewest}>New messages ${icon('down')}</button>
    ${composerView(channel, scene, act)}`;
}

function headView(channel: ChannelView, scene: Scene, act: Actions): TemplateResult {
  const broken = scene.state.faults.filter((fault) => fault.on).length;
  const { parent } = channel;
  return html`<header class="channel-head">
    <button
      type="button"
      class="icon-button narrow"
      data-opens="channels"
      aria-label="Channels"
      aria-expanded=${scene.state.drawer === 'channels'}
      @click=${() => act.open('channels')}
    >
      ${icon('menu')}
    </button>
    ${parent === undefined ? nothing : html`<a class="crumb" href="#${parent.channel}">#${channelName(scene, parent.channel)}</a><span class="crumb-mark" aria-hidden="true">›</span>`}
    <h1>${icon(parent === undefined ? 'hash' : 'thread')}<span>${channel.name}</span></h1>
    ${channel.archived === true ? html`<span class="tag muted">Archived</span>` : nothing}
    <span class="topic">${channel.topic}</span>
    <button
      type="button"
      class="icon-button faults-button ${broken > 0 ? 'alarmed' : ''}"
      aria-label=${broken > 0 ? `Faults, ${broken} on` : 'Faults'}
      data-opens="faults"
      aria-expanded=${scene.state.drawer === 'faults'}
      @click=${() => act.open('faults')}
    >
      ${icon('bolt')}${broken > 0 ? html`<span class="badge">${broken}</span>` : nothing}
    </button>
  </header>`;
}

function closeDrawer(event: KeyboardEvent, state: PageState, act: Actions): void {
  if (event.key === 'Escape' && state.drawer !== 'none') act.open('none');
}
