/** The page's start: one state, one view, one place that draws. The address holds the channel (`#<id>`). */
import { render } from 'lit';
import { createActions } from './actions.ts';
import { followLab } from './feed.ts';
import { visibleLines } from './message-list.ts';
import { pageView } from './page-view.ts';
import { followScroll, readPlace, restorePlace } from './scroll.ts';
import { createStore, emptyState, sceneOf, type PageState } from './state.ts';

const kept = { person: 'lab.person', dismissed: 'lab.dismissed' };
let shown: Pick<PageState, 'channel' | 'drawer'> = { channel: '', drawer: 'none' };

const store = createStore({ ...emptyState(), ...remembered() }, draw);
const act = createActions(store);

function draw(drawn: PageState): void {
  const state = settle(drawn);
  const root = document.querySelector<HTMLElement>('#page');
  if (root === null) return;
  const before = readPlace(shown.channel);
  render(pageView(state, act), root);
  restorePlace(before, state.channel);
  if (state.drawer !== shown.drawer) moveFocus(shown.drawer, state.drawer);
  shown = { channel: state.channel, drawer: state.drawer };
  document.title = titleOf(state);
  remember(state);
}

function titleOf(state: PageState): string {
  const channel = state.world?.channels.find((each) => each.id === state.channel);
  return channel === undefined ? 'meshwarden lab' : `#${channel.name} · ${state.world?.guild.name}`;
}

/** Fills in who and where once the world is known, and marks what is looked at as seen. */
function settle(state: PageState): PageState {
  const scene = sceneOf(state);
  if (scene === undefined) return state;
  const wanted = location.hash.slice(1) || state.channel;
  const channel = scene.world.channels.find((each) => each.id === wanted) ?? scene.world.channels[0];
  if (channel === undefined) return state;
  const newest = visibleLines(channel, scene).at(-1)?.id ?? '';
  const moved = scene.me.id !== state.person || channel.id !== state.channel;
  if (!moved && state.seen.get(channel.id) === newest) return state;
  store.set({ person: scene.me.id, channel: channel.id, seen: new Map(state.seen).set(channel.id, newest) });
  return store.get();
}

function remembered(): Pick<PageState, 'person' | 'dismissed'> {
  return {
    person: sessionStorage.getItem(kept.person) ?? '',
    dismissed: new Set(JSON.parse(sessionStorage.getItem(kept.dismissed) ?? '[]') as string[]),
  };
}

function remember(state: PageState): void {
  sessionStorage.setItem(kept.person, state.person);
  sessionStorage.setItem(kept.dismissed, JSON.stringify([...state.dismissed]));
}

/** Into the list that has come over the channel, and back to the button that opened it. */
function moveFocus(before: PageState['drawer'], after: PageState['drawer']): void {
  const target = after === 'none' ? `[data-opens="${before}"]` : `.${after} .icon-button`;
  document.querySelector<HTMLElement>(target)?.focus();
}

/** `/` anywhere but in a field begins a command, as it does in Discord. */
function startCommand(event: KeyboardEvent): void {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
  if (!field) document.querySelector<HTMLElement>('#composer')?.focus();
}

document.addEventListener('keydown', startCommand);
globalThis.addEventListener('hashchange', () => act.goTo(location.hash.slice(1)));
followScroll();
followLab(store);
