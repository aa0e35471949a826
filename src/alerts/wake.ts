/** Who is woken again: by a nag, by escalation, by a reminder. At most one of them at a time, and never several for the time that nobody looked. */
import type { Draft } from './draft.ts';
import { noted } from './incident.ts';
import type { Incident } from './model.ts';
import { quietUntil } from './mute.ts';
import { LINES } from './words.ts';

/** An open incident, with a line of its history where somebody has to hear of it again. */
export function woken(draft: Draft, incident: Incident): Incident {
  const { announcedAt, severity, state } = incident;
  if (announcedAt === undefined || incident.muted !== undefined || state === 'resolving') return incident;
  if (quietUntil(draft.policy, severity, draft.now) !== undefined) return incident;
  if (incident.ack !== undefined) return nagged(draft, incident, incident.ack);
  return escalated(draft, incident, announcedAt) ?? reminded(draft, incident, announcedAt);
}

function nagged({ now, policy }: Draft, incident: Incident, ack: NonNullable<Incident['ack']>): Incident {
  if (ack.nagAt === 0 || now < ack.nagAt) return incident;
  const next = { ...incident, ack: { ...ack, nagAt: policy.nagAfter === 0 ? 0 : now + policy.nagAfter } };
  return noted(next, { at: now, says: LINES.nag(incident, now), wakes: 'person' });
}

function escalated({ now, policy }: Draft, incident: Incident, announcedAt: number): Incident | undefined {
  const { escalation } = policy;
  if (escalation === undefined || incident.severity !== 'page' || incident.escalatedAt !== undefined) return undefined;
  if (now - Math.max(announcedAt, incident.raisedAt ?? 0) < escalation.after) return undefined;
  return noted({ ...incident, escalatedAt: now }, { at: now, says: LINES.escalated(escalation.after), wakes: 'role' });
}

function reminded({ now, policy }: Draft, incident: Incident, announcedAt: number): Incident {
  const { remindEvery } = policy.rules[incident.rule];
  const last = Math.max(announcedAt, incident.remindedAt ?? 0, incident.escalatedAt ?? 0);
  if (remindEvery === 0 || now - last < remindEvery) return incident;
  return noted({ ...incident, remindedAt: now }, { at: now, says: LINES.reminded(incident, now) });
}
