/** An open incident, brought up to what is so now. */
import { MINUTE } from '../core/duration.ts';
import type { Draft } from './draft.ts';
import { isSame, type Explained } from './explain.ts';
import { isBlind } from './follow.ts';
import { noted, severityOf, stateOf } from './incident.ts';
import type { Incident } from './model.ts';
import { muted } from './mute.ts';
import { withContext } from './stamp.ts';
import { woken } from './wake.ts';
import { LINES, nameOf, openTitle } from './words.ts';

/** A cause that changes with every sample is told of so often at most. */
const CAUSE_EVERY = MINUTE;

const RANK = { info: 0, ticket: 1, page: 2 } as const;

/** Its state, severity, cause, what it hides, whether it is muted, whom it wakes; the same object where all of that is as it was. */
export function renewed(draft: Draft, incident: Incident, root: Explained): Incident {
  const steps = [withState, withSeverity, withCause, withHidden, withContext];
  const next = steps.reduce((into, step) => step(draft, into, root), incident);
  return woken(draft, muted(draft, next));
}

function withState(draft: Draft, incident: Incident, root: Explained): Incident {
  const state = stateOf(root);
  if (state === incident.state) return incident;
  const next = { ...incident, state, title: openTitle({ ...incident, state }) };
  const says = newsOf(draft, next, { root, before: incident.state });
  return says === undefined ? next : noted(next, { at: draft.now, says });
}

/** Between failing and being well for a moment there is nothing to tell. */
function newsOf(
  { now }: Draft,
  next: Incident,
  { root, before }: { readonly root: Explained; readonly before: Incident['state'] },
): string | undefined {
  if (next.state === 'unknown') return LINES.missed();
  const { turns } = root.health;
  if (next.state === 'flapping') return LINES.flapping(turns.length, now - (turns[0] ?? now));
  if (before === 'flapping') return LINES.calm();
  return before === 'unknown' ? LINES.measured() : undefined;
}

function withSeverity(draft: Draft, incident: Incident, root: Explained): Incident {
  const severity = severityOf(draft, root);
  if (severity === incident.severity) return incident;
  const raised = RANK[severity] > RANK[incident.severity];
  const line = { at: draft.now, says: LINES.severity({ ...incident, severity }, raised) };
  if (!raised) return noted({ ...incident, severity }, line);
  const { ack: _, ...rest } = incident;
  return noted({ ...rest, severity, raisedAt: draft.now }, line);
}

function withCause(draft: Draft, incident: Incident, { health }: Explained): Incident {
  const { cause } = health;
  if (cause === undefined || cause.code === incident.cause?.code || (incident.about === 'failing' && isBlind(health))) return incident;
  if (draft.now - (incident.causeAt ?? incident.openedAt) < CAUSE_EVERY) return incident;
  const next = { ...incident, cause, causeAt: draft.now };
  return noted(next, { at: draft.now, says: LINES.cause(next) });
}

function withHidden(_: Draft, incident: Incident, { health, hidden, about }: Explained): Incident {
  const hides = hidden.filter((one) => one.about === about && !isSame(one.health, health)).map((one) => nameOf(one.health));
  if (hides.length === incident.hides.length && hides.every((name, at) => name === incident.hides[at])) return incident;
  return { ...incident, hides, hidMost: Math.max(incident.hidMost, hides.length) };
}
