/** Who explains whom: which subjects are told of by themselves, and what each of them hides. */
import { SECOND } from '../core/duration.ts';
import { subjectKey, type HealthSubject } from '../mesh/health.ts';
import type { Draft } from './draft.ts';
import { canMiss, missedSince, released } from './follow.ts';
import type { Root } from './incident.ts';
import type { HealthState, Incident, SubjectHealth } from './model.ts';
import { causesOf, orderOf } from './rules.ts';
import { nameOf } from './words.ts';

/**
 * What fails while a cause of it is not yet clear waits so long for the cause. Not longer: a cause that fails now and then and never often enough must
 * not hide what fails for good.
 */
const WAITS_FOR_CAUSE = 30 * SECOND;

const FAILING = new Set<HealthState>(['firing', 'resolving', 'flapping']);

/** What was open when the look began. */
export interface Standing {
  /** Open incidents by their root. */
  readonly open: ReadonlyMap<string, Incident>;
  /** Those of them whose trouble is over. */
  readonly ending: ReadonlySet<string>;
  /** When anything was measured last. */
  readonly lastMeasured: number;
}

/** A root, with what it hides. */
export interface Explained extends Root {
  readonly hidden: readonly Root[];
}

export interface Picture {
  /** By key, causes first. */
  readonly roots: ReadonlyMap<string, Explained>;
  /** What incidents that are ending hid and what still fails, by incident. */
  readonly left: ReadonlyMap<string, readonly string[]>;
}

interface Growing extends Explained {
  readonly hidden: Root[];
}

/** Looks at everything that is in trouble, causes first. What lost its cause begins anew to be counted. */
export function explain(draft: Draft, standing: Standing): Picture {
  const looking: Looking = { draft, standing, roots: new Map(), told: new Map(), left: new Map() };
  for (const one of troubled(draft, 'failing')) place(looking, one);
  // After the failing ones: what fails explains why something is not known, and not the other way round.
  for (const one of troubled(draft, 'unknown')) place(looking, one);
  return looking;
}

interface Looking {
  readonly draft: Draft;
  readonly standing: Standing;
  readonly roots: Map<string, Growing>;
  /** By key: what tells of it, itself or a cause. */
  readonly told: Map<string, Growing>;
  readonly left: Map<string, string[]>;
}

function place({ draft, standing, roots, told, left }: Looking, one: Root): void {
  const causes = causesOf(one.health, one.health.vantage);
  const lost = lostCause(draft, one, standing);
  if (lost !== undefined && one.about === 'failing' && !isSame(one.health, lost)) {
    left.set(lost.id, left.get(lost.id) ?? []);
    left.get(lost.id)?.push(nameOf(one.health));
  }
  const root = causes.map((key) => told.get(key)).find((cause) => cause !== undefined);
  if (root !== undefined) {
    root.hidden.push(one);
    told.set(one.key, root);
  } else if (lost !== undefined) {
    draft.putHealth(one.key, released(one.health, draft.now));
  } else if (isOwn(one, standing) || !waits(draft, one, { causes, standing })) {
    const own: Growing = { ...one, hidden: [] };
    roots.set(one.key, own);
    told.set(one.key, own);
  }
}

/** Subjects in trouble under rules that are on, causes first. What failed when it was known last fails until it is known to be well. */
function troubled(draft: Draft, about: Root['about']): readonly Root[] {
  const found = draft.subjects().flatMap(([key, health]): readonly Root[] => {
    if (health.state === 'ok' || health.state === 'pending' || !isOn(draft, health)) return [];
    const isFailing = FAILING.has(health.state) || health.failed === true;
    return isFailing === (about === 'failing') ? [{ key, health, about }] : [];
  });
  return found.sort((one, other) => orderOf(one.health.rule) - orderOf(other.health.rule) || (one.key < other.key ? -1 : 1));
}

function isOn(draft: Draft, { rule }: SubjectHealth): boolean {
  return Object.hasOwn(draft.policy.rules, rule) && draft.policy.rules[rule].on;
}

function isOwn({ key, about }: Root, { open, ending }: Standing): boolean {
  const own = open.get(key);
  return own !== undefined && own.about === about && !ending.has(own.id);
}

/** The incident that explained it and ends now. */
function lostCause(draft: Draft, { key, health, about }: Root, { ending }: Standing): Incident | undefined {
  if (health.incident === undefined || !ending.has(health.incident)) return undefined;
  const incident = draft.incident(health.incident);
  if (incident === undefined || incident.root === key) return undefined;
  return incident.about === 'failing' || about === 'unknown' ? incident : undefined;
}

/** The same thing under another rule: it is no other thing that is hidden. */
export function isSame(one: { readonly subject: HealthSubject }, other: { readonly subject: HealthSubject }): boolean {
  return subjectKey(one.subject) === subjectKey(other.subject);
}

interface Waiting {
  readonly causes: readonly string[];
  readonly standing: Standing;
}

/** Whether it is too early to tell of it by itself. */
function waits(draft: Draft, { health, about }: Root, { causes, standing }: Waiting): boolean {
  const states = causes.flatMap((key) => draft.health(key) ?? []).filter((cause) => isOn(draft, cause));
  const suspected = states.some(({ state }) => state === 'pending' || FAILING.has(state));
  if (about === 'failing') {
    return health.state === 'resolving' || (suspected && draft.now - health.since <= WAITS_FOR_CAUSE);
  }
  const rule = draft.policy.rules[health.rule];
  const missed = canMiss(rule, draft.now - standing.lastMeasured) && draft.now - missedSince(health) >= rule.unknownAfter;
  return !missed || suspected || states.some(({ state }) => state === 'unknown');
}
