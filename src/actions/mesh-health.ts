import type { AlertPolicy, AlertState, Incident, SubjectHealth } from '../alerts/model.ts';
import type { HealthEntry, HealthView, OpenIncident } from '../mesh/health-view.ts';

/** When it is looked at, from where something is measured then, and after how long what was measured says nothing any more. */
export interface Looking {
  readonly now: number;
  readonly vantages: readonly string[];
  readonly policy: AlertPolicy;
}

/** What a status shows of the state of alerts. What nobody measured of late is not known, whatever became of its alert. */
export function meshHealthOf({ subjects, incidents }: AlertState, { now, vantages, policy }: Looking): HealthView {
  return {
    entries: Object.values(subjects).map((health) =>
      now - health.sampledAt > policy.rules[health.rule].unknownAfter ? staleEntry(health) : entryOf(health),
    ),
    incidents: Object.values(incidents).flatMap(openOf),
    vantages,
  };
}

function entryOf({ rule, subject, state, since, latencyMs, path, cause }: SubjectHealth): HealthEntry {
  return {
    rule,
    subject,
    state,
    since,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(path === undefined ? {} : { path }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function staleEntry({ rule, subject, sampledAt }: SubjectHealth): HealthEntry {
  const cause = { code: 'not-measured-of-late', says: 'not measured of late', facts: [], hint: 'Look whether workers run.', commands: [] };
  return { rule, subject, state: 'unknown', since: sampledAt, cause };
}

function openOf(incident: Incident): readonly OpenIncident[] {
  const { id, rule, subject, severity, startedAt, title, state, evidence, cause, hides, ack, muted } = incident;
  if (incident.endedAt !== undefined || state === 'over' || state === 'merged') return [];
  const told = { id, rule, subject, severity, since: startedAt, title, state, evidence, hides };
  return [{ ...told, isAcked: ack !== undefined, isMuted: muted !== undefined, ...(cause === undefined ? {} : { cause }) }];
}
