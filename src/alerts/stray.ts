import { LOCAL_VANTAGE, type HealthSubject } from '../mesh/health.ts';
import type { AlertState } from './model.ts';

/** What the configuration knows. */
export interface Known {
  /** Names of clusters. */
  readonly clusters: readonly string[];
  /** Names of schedules that are not off. */
  readonly schedules: readonly string[];
}

/** Keys of what is followed although the configuration has it no longer: for the event `retire`. */
export function strayKeys(state: AlertState, known: Known): readonly string[] {
  const places = new Set([...known.clusters, LOCAL_VANTAGE]);
  const schedules = new Set(known.schedules);
  return Object.entries(state.subjects)
    .filter(([, { subject }]) => !isKnown(subject, places, schedules))
    .map(([key]) => key);
}

function isKnown(subject: HealthSubject, places: ReadonlySet<string>, schedules: ReadonlySet<string>): boolean {
  if (subject.kind === 'schedule') return schedules.has(subject.name);
  if (subject.kind === 'trial') return true;
  return Object.entries(subject).every(([field, value]) => field === 'kind' || places.has(value));
}
