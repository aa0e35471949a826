import type { CaCluster } from '../model.ts';
import { verifyChain } from '../../pki/verify.ts';
import { findCluster, isSame, isUnproved, nameOf, rootOf, type RuleCase, valueOf } from './case.ts';
import { type Change, changeOf } from './change.ts';

/** Changes under one root may go to a tenth of the clusters at once. */
const WAVE = 10;

/** One cluster at a time, and nobody goes on while one is written and unproved. Proof is the chain that every istiod serves. */
export function oneAtATime(one: RuleCase): readonly string[] {
  if (one.step.kind === 'markProved') return unseen(one, one.step.cluster);
  const change = changeOf(one);
  if (change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  // Putting back is what mends an unproved write.
  if (change.step.kind === 'restore') return [];
  return [...itself(change, one), ...others(change, one)];
}

function itself({ cluster, before }: Change, { goal }: RuleCase): readonly string[] {
  if (before === null || !isUnproved(before) || goal.kind === 'emergency') return [];
  if (valueOf(cluster.istiods)?.length === 0) return [];
  return [`${nameOf(cluster)} is written and not yet proved.`];
}

function others({ cluster, before, after }: Change, { state }: RuleCase): readonly string[] {
  const open = state.clusters.filter((other) => other !== cluster && isOpen(other));
  const sameRoot = before !== null && isSame(rootOf(before.facts), rootOf(after)) && before.facts.rootBytesSha256 === after.rootBytesSha256;
  const provedOnes = state.clusters.filter(
    (other) => other !== cluster && valueOf(other.cacerts)?.record.proved !== undefined && !isOpen(other),
  );
  const most = sameRoot && provedOnes.length > 0 ? Math.max(0, Math.floor(state.clusters.length / WAVE) - 1) : 0;
  return open.length <= most ? [] : [`${open.map(nameOf).join(', ')} is written and not yet proved.`];
}

/** First data that no istiod has ever read stand in nobody's way: nothing is signed by them. */
function isOpen({ cacerts, istiods, backups }: CaCluster): boolean {
  const object = valueOf(cacerts);
  const unread = valueOf(istiods)?.length === 0 && valueOf(backups)?.length === 0;
  return object !== undefined && object !== null && isUnproved(object) && !unread;
}

function unseen({ state, step, now }: RuleCase, name: string): readonly string[] {
  const cluster = findCluster(state, name);
  const object = cluster === undefined ? undefined : valueOf(cluster.cacerts);
  const pods = cluster === undefined ? undefined : valueOf(cluster.istiods);
  if (object === undefined || object === null || pods === undefined) return [`What ${name} serves could not be looked at.`];
  if (pods.length === 0) return [`${name} has no istiod that could serve it.`];
  const [signing] = object.facts.signing;
  const not = pods.filter(({ served }) => {
    const [leaf, ...rest] = served?.ok === true ? served.value.certificates : [];
    if (leaf === undefined) return true;
    const result = verifyChain({ leaf, intermediates: rest, roots: object.facts.roots, at: now });
    return !result.ok || !isSame(result.path[1], signing);
  });
  const early = step.kind === 'markProved' && (step.rootsSince > now || step.signerSince > now);
  return [
    ...(not.length === 0 ? [] : [`${not.map((pod) => pod.name).join(', ')} of ${name} is not seen to serve it.`]),
    ...(early ? ['A proof lies in the future.'] : []),
  ];
}
