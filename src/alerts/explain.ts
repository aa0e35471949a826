/** Who explains whom: which subjects are told of by themselves, and what each of them hides. */
import { SECOND } from '../core/duration.ts';
import type { Draft } from './draft.ts';
import { missedSince, released } from './follow.ts';
import type { Root } from './incident.ts';
import type { HealthState, Incident, RulePolicy, SubjectHealth } from './model.ts';
import { causesOf, orderOf } from './rules.ts';
import { nameOf } from './words.ts';

/**
 * What fails while a cause of it is not yet clear waits so long for the cause. Not longer: a cause that fails now and then and never often enough must
 * not hide what fails for good.
 */
export const WAITS_FOR_CAUSE = 30 * SECOND;

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
  const roots = new Map<string, Growing>();
  const left = new Map<string, string[]>();
  for (const one of troubled(draft, standing)) {
    const causes = causesOf(one.health, one.health.vantage);
    const lost = lostCause(draft, one, standing);
    if (lost !== undefined && one.about === 'failing') left.set(lost, [...(left.get(lost) ?? []), nameOf(one.health)]);
    const explains = causes
      .map((key) => roots.get(key))
      .find((root) => root !== undefined && (root.about === 'failing' || one.about === 'unknown'));
    if (explains !== undefined) explains.hidden.push(one);
    else if (lost !== undefined) draft.putHealth(one.key, released(one.health, draft.now));
    else if (isOwn(one, standing) || !waits(draft, one, { causes, standing })) roots.set(one.key, { ...one, hidden: [] });
  }
  return { roots, left };
}

/** Subjects in trouble under rules that are on: failing ones first, among them causes first. */
function troubled(draft: Draft, { open }: Standing): readonly Root[] {
  const found = draft.subjects().flatMap(([key, health]): readonly Root[] => {
    if (health.state === 'ok' || health.state === 'pending' || !isOn(draft, health)) return [];
    const failing = FAILING.has(health.state) || open.get(key)?.about === 'failing';
    return [{ key, health, about: failing ? 'failing' : 'unknown' }];
  });
  const rank = ({ health, about }: Root): number => orderOf(health.rule) + (about === 'unknown' ? 1_000 : 0);
  return found.sort((one, other) => rank(one) - rank(other) || (one.key < other.key ? -1 : 1));
}

function isOn(draft: Draft, { rule }: SubjectHealth): boolean {
  return Object.hasOwn(draft.policy.rules, rule) && draft.policy.rules[rule].on;
}

function isOwn({ key, about }: Root, { open, ending }: Standing): boolean {
  const own = open.get(key);
  return own !== undefined && own.about === about && !ending.has(own.id);
}

/** The incident that explained it and ends now. */
function lostCause(draft: Draft, { key, health, about }: Root, { ending }: Standing): string | undefined {
  if (health.incident === undefined || !ending.has(health.incident)) return undefined;
  const incident = draft.incident(health.incident);
  if (incident === undefined || incident.root === key) return undefined;
  return incident.about === 'failing' || about === 'unknown' ? incident.id : undefined;
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
  const missed = isMissed(rule, draft.now - standing.lastMeasured) && draft.now - missedSince(health) >= rule.unknownAfter;
  return !missed || suspected || states.some(({ state }) => state === 'unknown');
}

/** Whether others are measured, so long ago at last, while this is not. */
export function isMissed({ unknownAfter }: RulePolicy, sinceLast: number): boolean {
  return sinceLast <= unknownAfter / 2;
}
