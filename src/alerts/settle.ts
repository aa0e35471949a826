/** Derives everything that follows from the health of all subjects and from the time: which incidents begin, go on and end. */
import { DAY } from '../core/duration.ts';
import type { Draft } from './draft.ts';
import { explain, type Explained, type Standing } from './explain.ts';
import { age, canMiss, isProbed } from './follow.ts';
import { ended, merged, opened, takenOver } from './incident.ts';
import type { Incident, SubjectHealth } from './model.ts';
import { renewed } from './renew.ts';
import { ruleOf } from './rules.ts';
import { LINES } from './words.ts';

/** An incident that ended is kept so long. */
const KEEPS_ENDED = DAY;

export function settle(draft: Draft): void {
  expire(draft);
  const lastMeasured = grow(draft);
  const open = new Map(draft.incidents().flatMap((one) => (one.endedAt === undefined ? [[one.root, one] as const] : [])));
  const endings = [...open.values()].flatMap((incident) => {
    const why = endOf(draft, incident);
    return why === undefined ? [] : [{ incident, why }];
  });
  const standing: Standing = { open, ending: new Set(endings.map(({ incident }) => incident.id)), lastMeasured };
  const picture = explain(draft, standing);
  for (const { incident, why } of endings) {
    const left = picture.left.get(incident.id) ?? [];
    draft.putIncident(ended(incident, draft.now, why(left), left));
  }
  const told = new Map<string, string>();
  for (const root of picture.roots.values()) tell(draft, root, { standing, told });
  remember(draft, told);
}

/** What ends by itself. */
function expire(draft: Draft): void {
  const { now } = draft;
  const stays = (one: { readonly until: number }): boolean => now < one.until;
  if (!draft.silences.every(stays)) draft.silences = draft.silences.filter(stays);
  if (!draft.windows.every(stays)) draft.windows = draft.windows.filter(stays);
  for (const { id, endedAt } of draft.incidents()) {
    if (endedAt !== undefined && now - endedAt >= KEEPS_ENDED) draft.dropIncident(id);
  }
}

/**
 * Lets time pass over every subject. Where nobody measures anything at all nothing is missed: that is told of by the schedules and by the outward
 * dead-man's switch, and it is how it looks right after a restart.
 */
function grow(draft: Draft): number {
  const { now, policy } = draft;
  const subjects = draft.subjects();
  const last = newest(subjects.map(([, health]) => health));
  for (const [key, health] of subjects) {
    if (!Object.hasOwn(policy.rules, health.rule)) continue;
    const rule = policy.rules[health.rule];
    if (ruleOf(health.rule)?.passes === true && now - health.sampledAt >= rule.unknownAfter) draft.putHealth(key, undefined);
    else draft.putHealth(key, age(health, { now, rule, flapping: policy.flapping }, canMiss(rule, now - last)));
  }
  return last;
}

/** When anything was measured last. That the schedules are looked at says nothing of it. */
function newest(all: readonly SubjectHealth[]): number {
  return all.reduce((last, { subject, sampledAt }) => (isProbed(subject) ? Math.max(last, sampledAt) : last), 0);
}

type Ending = (left: readonly string[]) => string;

/** Why an open incident is over; undefined where it is not. */
function endOf(draft: Draft, incident: Incident): Ending | undefined {
  const { now, policy } = draft;
  const health = draft.health(incident.root);
  if (health === undefined) return ruleOf(incident.rule)?.passes === true ? (left) => LINES.over(incident, now, left) : LINES.retired;
  if (!Object.hasOwn(policy.rules, incident.rule) || !policy.rules[incident.rule].on) return LINES.off;
  if (incident.about === 'unknown') return health.state === 'unknown' ? undefined : () => LINES.measuredAtLast(incident, now);
  return health.state === 'ok' || health.state === 'pending' ? (left) => LINES.over(incident, now, left) : undefined;
}

interface Telling {
  readonly standing: Standing;
  /** By key of a subject: the incident that tells of it. */
  readonly told: Map<string, string>;
}

/** The one incident of a root: its own, the oldest of what it explains now, or a new one. */
function tell(draft: Draft, root: Explained, { standing: { open, ending }, told }: Telling): void {
  const standing = (key: string): readonly Incident[] => {
    const incident = open.get(key);
    return incident === undefined || ending.has(incident.id) ? [] : [incident];
  };
  const own = standing(root.key).find(({ about }) => about === root.about);
  const guests = root.hidden.flatMap(({ key }) => standing(key));
  const heir = own ?? (root.about === 'failing' ? oldest(guests.filter(({ about }) => about === 'failing')) : undefined);
  const incident = heir === undefined ? opened(draft, root) : heir === own ? own : takenOver(draft, heir, root);
  const next = renewed(draft, incident, root);
  draft.putIncident(next);
  for (const guest of guests) {
    if (guest.id !== next.id) draft.putIncident(merged(guest, next, draft.now));
  }
  for (const { key } of [root, ...root.hidden]) told.set(key, next.id);
}

/** One that people know of comes before one that they do not: its end has to be told. */
function oldest(incidents: readonly Incident[]): Incident | undefined {
  const age = (incident: Incident): number => incident.announcedAt ?? Number.MAX_SAFE_INTEGER;
  return incidents.toSorted((one, other) => age(one) - age(other) || one.openedAt - other.openedAt || (one.id < other.id ? -1 : 1))[0];
}

/** Every subject knows which incident tells of it. */
function remember(draft: Draft, told: ReadonlyMap<string, string>): void {
  for (const [key, health] of draft.subjects()) {
    const incident = told.get(key);
    if (health.incident === incident) continue;
    const { incident: __, ...rest } = health;
    draft.putHealth(key, incident === undefined ? rest : { ...rest, incident });
  }
}
