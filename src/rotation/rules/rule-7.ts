import { findCluster, type RuleCase, valueOf } from './case.ts';

/** What somebody else owns is not written, but for the one write of `adopt`. */
export function othersKeepTheirs({ state, goal, step }: RuleCase): readonly string[] {
  if (!('cluster' in step) || !WRITES.has(step.kind)) return [];
  const cluster = findCluster(state, step.cluster);
  const object = cluster === undefined ? undefined : valueOf(cluster.cacerts);
  if (object === undefined) return [`Who owns the cacerts of ${step.cluster} could not be looked at.`];
  const takesOver = step.kind === 'write' && step.takeOver;
  if (takesOver && goal.kind !== 'adopt') return ['Only adopt takes over what somebody else owns.'];
  if (object === null) return [];
  if (object.immutable) return [`The cacerts of ${step.cluster} is immutable.`];
  const { kind, managers } = object.ownership;
  return kind === 'meshwarden' || takesOver ? [] : [`The cacerts of ${step.cluster} is owned by ${managers.join(', ') || kind}.`];
}

const WRITES: ReadonlySet<string> = new Set(['write', 'writeRoots', 'restore', 'markProved', 'hold', 'releaseHold']);
