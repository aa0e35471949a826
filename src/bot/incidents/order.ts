import type { DueIncident } from '../../actions/alerts.ts';

const RANK = { page: 0, ticket: 1, info: 2 } as const;

/** Pages before tickets before the rest, each in the order in which they were due. */
export function byUrgency(due: readonly DueIncident[]): readonly DueIncident[] {
  return due.toSorted((one, other) => RANK[one.incident.severity] - RANK[other.incident.severity]);
}
