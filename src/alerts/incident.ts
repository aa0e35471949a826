/** Incidents: how one begins, what happens to it, how it ends. Their versions are counted when a state is finished. */
import { createHash } from 'node:crypto';
import { compact } from './compact.ts';
import type { Draft } from './draft.ts';
import type { HistoryLine, Incident, SubjectHealth } from './model.ts';
import { endedTitle, evidenceOf, LINES, openTitle } from './words.ts';

/** So many lines a history has at most; the last ones are kept for what wakes somebody, and for its end. */
export const MAX_HISTORY = 100;
const FOR_NEWS = 80;

type Open = Exclude<Incident['state'], 'over' | 'merged'>;

/** A subject that is told of by itself. */
export interface Root {
  readonly key: string;
  readonly health: SubjectHealth;
  readonly about: Incident['about'];
}

/** The same for every incident of that root, in every life of the state. */
export function markerOf(root: string, about: Incident['about']): string {
  return createHash('sha256')
    .update(about === 'unknown' ? `${root}?` : root)
    .digest('hex')
    .slice(0, 10);
}

/** How an incident stands by the health of its root. */
export function stateOf({ health, about }: Root): Open {
  if (about === 'unknown') return 'unknown';
  const { state } = health;
  return state === 'ok' || state === 'pending' ? 'resolving' : state;
}

/** A new one, which nobody has been told of yet. */
export function opened(draft: Draft, root: Root): Incident {
  const { key, health, about } = root;
  const { now } = draft;
  const marker = markerOf(key, about);
  const incident: Incident = compact<Incident>({
    ...NOTHING_YET,
    id: freeId(draft, marker),
    marker,
    root: key,
    about,
    rule: health.rule,
    subject: health.subject,
    severity: severityOf(draft, root),
    startedAt: startOf(root),
    openedAt: now,
    state: stateOf(root),
    title: openTitle({ ...health, about, state: stateOf(root) }),
    cause: health.cause,
    evidence: evidenceOf(health, draft.policy.rules[health.rule], about),
  });
  const swings = health.state === 'flapping' ? [LINES.flapping(health.turns.length, now - (health.turns[0] ?? now))] : [];
  return [LINES.opened(incident), ...swings].reduce((into, says) => noted(into, { at: now, says }), incident);
}

const NOTHING_YET = {
  announcedAt: undefined,
  endedAt: undefined,
  hides: [],
  hidMost: 0,
  context: [],
  ack: undefined,
  muted: undefined,
  raisedAt: undefined,
  causeAt: undefined,
  remindedAt: undefined,
  escalatedAt: undefined,
  mergedInto: undefined,
  history: [],
  version: 0,
  turn: 0,
} as const;

/** Two incidents of a root may begin in one millisecond where one good and one bad sample are enough. */
function freeId(draft: Draft, marker: string): string {
  let at = draft.now;
  while (draft.incident(`${marker}-${at.toString(36)}`) !== undefined) at += 1;
  return `${marker}-${at.toString(36)}`;
}

/** When its trouble began. */
function startOf({ health, about }: Root): number {
  if (about === 'failing') return health.failingSince ?? health.since;
  return health.knownAt > 0 ? health.knownAt : health.since;
}

/** What to do about it. Nothing known is never worth waking up for by itself: what would be is measured by another rule. */
export function severityOf(draft: Draft, { health, about }: Root): Incident['severity'] {
  const { severity } = draft.policy.rules[health.rule];
  if (about === 'failing') return health.severity ?? severity;
  return severity === 'info' ? 'info' : 'ticket';
}

/** With one more line, as long as there is room for what is more important than it. */
export function noted(incident: Incident, line: HistoryLine, isEnd = false): Incident {
  const { length } = incident.history;
  const room = isEnd ? MAX_HISTORY : line.wakes === undefined ? FOR_NEWS : MAX_HISTORY - 1;
  if (length >= room) return incident;
  const cut = length === FOR_NEWS - 1 && !isEnd && line.wakes === undefined;
  return { ...incident, history: [...incident.history, cut ? { at: line.at, says: LINES.full() } : line] };
}

/** The same message tells of the cause from now on. */
export function takenOver(draft: Draft, incident: Incident, root: Root): Incident {
  const { key, health, about } = root;
  const state = stateOf(root);
  const { cause: _, ...rest } = incident;
  const next: Incident = {
    ...rest,
    ...(health.cause === undefined ? {} : { cause: health.cause }),
    marker: markerOf(key, about),
    root: key,
    rule: health.rule,
    subject: health.subject,
    startedAt: startOf(root),
    state,
    title: openTitle({ ...health, about, state }),
    evidence: evidenceOf(health, draft.policy.rules[health.rule], about),
  };
  return noted(next, { at: draft.now, says: LINES.takenOver(next, incident.title) });
}

/** Another incident explains it. */
export function merged(incident: Incident, into: Incident, now: number): Incident {
  const { muted: _, ...rest } = incident;
  const line = { at: now, says: LINES.merged(into.title) };
  return noted({ ...rest, state: 'merged', title: endedTitle(incident), endedAt: now, mergedInto: into.id, hides: [] }, line, true);
}

/** It is over, with these of what it hid still failing. */
export function ended(incident: Incident, now: number, says: string, left: readonly string[]): Incident {
  const { muted: _, ...rest } = incident;
  return noted({ ...rest, state: 'over', title: endedTitle(incident), endedAt: now, hides: left }, { at: now, says }, true);
}
