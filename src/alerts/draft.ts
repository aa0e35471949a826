/** A state of alerts while it is changed: what is not touched keeps its identity, so that only what changed is written. */
import type { AlertPolicy, AlertState, Incident, MaintenanceWindow, Silence, SubjectHealth } from './model.ts';
import { stamped } from './stamp.ts';

export interface Draft {
  readonly now: number;
  readonly policy: AlertPolicy;
  /** Who ended a silence, where that is what happens now. */
  by: string | undefined;
  silences: readonly Silence[];
  windows: readonly MaintenanceWindow[];
  health(key: string): SubjectHealth | undefined;
  /** Undefined: it is followed no longer. */
  putHealth(key: string, health: SubjectHealth | undefined): void;
  /** Every subject as it is now. */
  subjects(): readonly (readonly [string, SubjectHealth])[];
  incident(id: string): Incident | undefined;
  putIncident(incident: Incident): void;
  dropIncident(id: string): void;
  incidents(): readonly Incident[];
  /** The state with every change; the one that was begun with where there is none. */
  finish(): AlertState;
}

export function createDraft(state: AlertState, now: number, policy: AlertPolicy): Draft {
  const subjects = createTable(state.subjects);
  const incidents = createTable(state.incidents);
  const draft: Draft = {
    now,
    policy,
    by: undefined,
    silences: state.silences,
    windows: state.windows,
    health: (key) => subjects.get(key),
    putHealth: (key, health) => subjects.put(key, health),
    subjects: () => subjects.entries(),
    incident: (id) => incidents.get(id),
    putIncident: (incident) => incidents.put(incident.id, incident),
    dropIncident: (id) => incidents.put(id, undefined),
    incidents: () => incidents.entries().map(([, incident]) => incident),
    finish() {
      incidents.mend((before, after) => stamped(draft, before, after));
      const next = { subjects: subjects.finish(), incidents: incidents.finish(), silences: draft.silences, windows: draft.windows };
      const same =
        next.subjects === state.subjects &&
        next.incidents === state.incidents &&
        next.silences === state.silences &&
        next.windows === state.windows;
      return same ? state : { ...state, ...next };
    },
  };
  return draft;
}

interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T | undefined): void;
  entries(): readonly (readonly [string, T])[];
  /** Passes everything that changed through `mend`, with what it was before. */
  mend(mend: (before: T | undefined, after: T) => T): void;
  finish(): Readonly<Record<string, T>>;
}

function createTable<T>(original: Readonly<Record<string, T>>): Table<T> {
  const after = new Map(Object.entries(original));
  // Keys come from outside, such as the id of an incident in a command: what every object has is none of them.
  const before = (key: string): T | undefined => (Object.hasOwn(original, key) ? original[key] : undefined);
  const changed = new Set<string>();
  const put = (key: string, value: T | undefined): void => {
    if (value === undefined) after.delete(key);
    else after.set(key, value);
    if (value === before(key)) changed.delete(key);
    else changed.add(key);
  };
  return {
    get: (key) => after.get(key),
    put,
    entries: () => [...after],
    mend(mend) {
      for (const key of changed) {
        const value = after.get(key);
        if (value !== undefined) put(key, mend(before(key), value));
      }
    },
    finish: () => (changed.size === 0 ? original : Object.fromEntries(after)),
  };
}
