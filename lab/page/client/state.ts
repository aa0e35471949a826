import type { ActAnswer, FaultView, PersonView, RoleView, WorldView } from '../contract.ts';

/** Something only this browser shows: an answer that never came. Discord's client does not keep it either. */
export interface Note {
  readonly id: string;
  readonly channel: string;
  readonly person: string;
  /** What the person had asked for, such as `/mesh status`. */
  readonly asked: string;
  readonly error: string;
  /** By the lab's clock. */
  readonly at: number;
}

export interface OpenModal {
  readonly answer: ActAnswer;
  readonly channel: string;
  readonly error?: string;
  readonly sending?: boolean;
}

export interface PageState {
  readonly world?: WorldView;
  readonly faults: readonly FaultView[];
  /** Ids of what the person plays as and looks at; empty until the first state has come. */
  readonly person: string;
  readonly channel: string;
  /** False while the lab does not answer. */
  readonly connected: boolean;
  /** The command that waits for its answer. */
  readonly sending?: string;
  /** Components that wait for their answer, as `message customId`. */
  readonly busy: ReadonlySet<string>;
  /** By message id: what its last component was refused with. */
  readonly failures: ReadonlyMap<string, string>;
  readonly dismissed: ReadonlySet<string>;
  readonly notes: readonly Note[];
  readonly modal?: OpenModal;
  readonly drawer: 'none' | 'channels' | 'faults';
  readonly busyFaults: ReadonlySet<string>;
  readonly faultError?: string;
  /** How many of a channel's newest messages are drawn. */
  readonly depth: number;
  /** By channel id: the newest message that has been looked at. */
  readonly seen: ReadonlyMap<string, string>;
}

/** The state once a world has come: what every view reads. */
export interface Scene {
  readonly state: PageState;
  readonly world: WorldView;
  readonly me: PersonView;
  readonly roles: readonly RoleView[];
}

export interface Store {
  get(): PageState;
  /** Changes some fields and lets the page be drawn once, soon. `undefined` clears a field. */
  set(patch: { readonly [Key in keyof PageState]?: PageState[Key] | undefined }): void;
}

/** So that a lab that has run for days is drawn as fast as a fresh one. */
export const pageDepth = 100;

export function emptyState(): PageState {
  return {
    faults: [],
    person: '',
    channel: '',
    connected: true,
    busy: new Set(),
    failures: new Map(),
    dismissed: new Set(),
    notes: [],
    drawer: 'none',
    busyFaults: new Set(),
    depth: pageDepth,
    seen: new Map(),
  };
}

/** Draws at most once a frame, however often the state changes. */
export function createStore(initial: PageState, draw: (state: PageState) => void): Store {
  let state = initial;
  let asked = false;
  return {
    get: () => state,
    set(patch) {
      state = withoutUndefined({ ...state, ...patch });
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw(state);
      });
    },
  };
}

function withoutUndefined(state: { readonly [Key in keyof PageState]: PageState[Key] | undefined }): PageState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as unknown as PageState;
}

export function sceneOf(state: PageState): Scene | undefined {
  const { world } = state;
  const me = world?.people.find((person) => person.id === state.person) ?? world?.people[0];
  return world === undefined || me === undefined ? undefined : { state, world, me, roles: world.roles ?? [] };
}
