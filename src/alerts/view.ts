/** What people ask of alerts, from the state alone. */
import type { AlertState, Incident, MaintenanceWindow, Silence, SubjectHealth } from './model.ts';

/** Everything that `/mesh alerts` shows. */
export interface AlertsSummary {
  /** Open, known to people, and taken by nobody. In each list: what is most urgent first, then what is oldest. */
  readonly open: readonly Incident[];
  readonly acked: readonly Incident[];
  /** Open, and kept quiet by a silence, a maintenance window or quiet hours. */
  readonly muted: readonly Incident[];
  /** Those that people were told of and that are over, the last one first. */
  readonly ended: readonly Incident[];
  /** Those that have not ended, the next to end first. */
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
}

/** One subject under one rule, with the incident that tells of it. */
export interface HealthView {
  readonly health: SubjectHealth;
  readonly incident?: Incident;
  /** The incident is about something else, which explains this. */
  readonly hidden: boolean;
}

const RANK = { page: 0, ticket: 1, info: 2 } as const;

export function summaryOf(state: AlertState, now: number): AlertsSummary {
  const all = Object.values(state.incidents);
  const open = all
    .filter(({ endedAt }) => endedAt === undefined)
    .sort((one, other) => RANK[one.severity] - RANK[other.severity] || one.openedAt - other.openedAt || (one.id < other.id ? -1 : 1));
  const soonest = <T extends { readonly until: number }>(list: readonly T[]): readonly T[] =>
    list.filter(({ until }) => now < until).sort((one, other) => one.until - other.until);
  return {
    open: open.filter(({ muted, ack }) => muted === undefined && ack === undefined),
    acked: open.filter(({ muted, ack }) => muted === undefined && ack !== undefined),
    muted: open.filter(({ muted }) => muted !== undefined),
    ended: all
      .filter(({ endedAt, announcedAt }) => endedAt !== undefined && announcedAt !== undefined)
      .sort((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0) || (one.id < other.id ? -1 : 1)),
    silences: soonest(state.silences),
    windows: soonest(state.windows),
  };
}

/** Undefined where nothing is followed under that key. */
export function healthOf(state: AlertState, key: string): HealthView | undefined {
  if (!Object.hasOwn(state.subjects, key)) return undefined;
  const health = state.subjects[key];
  if (health === undefined) return undefined;
  const incident = health.incident === undefined ? undefined : state.incidents[health.incident];
  return incident === undefined ? { health, hidden: false } : { health, incident, hidden: incident.root !== key };
}
