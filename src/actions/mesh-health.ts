import type { AlertState, Incident } from '../alerts/model.ts';
import type { HealthView, OpenIncident } from '../mesh/health-view.ts';

/** What a status shows of the state of alerts. `vantages`: those from which something is measured now. */
export function meshHealthOf({ subjects, incidents }: AlertState, vantages: readonly string[]): HealthView {
  return {
    entries: Object.values(subjects).map(({ rule, subject, state, since, latencyMs, path, cause }) => ({
      rule,
      subject,
      state,
      since,
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(path === undefined ? {} : { path }),
      ...(cause === undefined ? {} : { cause }),
    })),
    incidents: Object.values(incidents).flatMap(openOf),
    vantages,
  };
}

function openOf(incident: Incident): readonly OpenIncident[] {
  const { id, rule, subject, severity, startedAt, title, state, evidence, cause, hides, ack, muted } = incident;
  if (incident.endedAt !== undefined || state === 'over' || state === 'merged') return [];
  const told = { id, rule, subject, severity, since: startedAt, title, state, evidence, hides };
  return [{ ...told, isAcked: ack !== undefined, isMuted: muted !== undefined, ...(cause === undefined ? {} : { cause }) }];
}
