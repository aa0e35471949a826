/** What a rule is asked, and short ways to what a state shows. */
import type { Observed } from '../../mesh/model.ts';
import { lastingPath } from '../../mesh/trust.ts';
import type { CacertsFacts } from '../../pki/cacerts.ts';
import type { Certificate } from '../../pki/certificate.ts';
import type { Goal, Step } from '../goal.ts';
import type { CaCluster, CacertsObject, CaState } from '../model.ts';

export interface RuleCase {
  readonly state: CaState;
  readonly goal: Goal;
  readonly step: Step;
  /** UTC milliseconds. */
  readonly now: number;
}

/** Says in one sentence each what a step would break; nothing where it may be taken. What cannot be known is said too, for a write. */
export type Rule = (one: RuleCase) => readonly string[];

export function nameOf({ identity }: CaCluster): string {
  return identity.name;
}

export function findCluster({ clusters }: CaState, name: string): CaCluster | undefined {
  return clusters.find(({ identity }) => identity.name === name);
}

export function valueOf<T>(part: Observed<T>): T | undefined {
  return part.ok ? part.value : undefined;
}

/** The root under which these data sign, whether or not it is still valid. */
export function rootOf(facts: CacertsFacts): Certificate | undefined {
  return lastingPath({ cacerts: { ok: true, value: facts } }).at(-1);
}

export function holds(bundle: readonly Certificate[], { fingerprint }: Certificate): boolean {
  return bundle.some((one) => one.fingerprint === fingerprint);
}

export function isSame(a: Certificate | undefined, b: Certificate | undefined): boolean {
  return a !== undefined && a.fingerprint === b?.fingerprint;
}

/** We wrote it, and nobody has yet seen it served by every istiod. */
export function isUnproved({ contentId, record }: CacertsObject): boolean {
  return record.writtenAt !== undefined && record.proved?.contentId !== contentId;
}

/** What istiod is known to run with: the present data where they are proved, else the copy of what was proved last. */
export function provedFacts(cluster: CaCluster, object: CacertsObject): CacertsFacts | undefined {
  if (!isUnproved(object)) return object.facts;
  return valueOf(cluster.backups)?.find(({ contentId }) => contentId === object.record.proved?.contentId)?.facts;
}

export function leafLife({ policy, intent }: CaState): number {
  return Math.max(policy.leafLifeMs, valueOf(intent)?.intent.baseline.leafLifeMs ?? 0);
}

export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d{2}\.\d{3}Z$/, 'Z');
}
