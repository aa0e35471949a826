import type { CaJudgement, CaMemory, CaNotice } from '../mesh/ca-notices.ts';
import type { CaCluster, CacertsObject, CaState } from '../rotation/model.ts';
import { proofOf } from '../rotation/proof.ts';

/** What istiods were seen to present on their own port. */
export type ServedLook = Pick<CaState, 'clusters' | 'policy'>;

/**
 * Tells of pods of istiod that sign with another certificate than `cacerts` holds, once for each such state, and when all of them sign with it. What
 * was changed within the time in which a proof is waited for is still on its way. Pods that could not be asked are neither.
 */
export function judgeServed({ clusters, policy }: ServedLook, before: CaMemory, now: number): CaJudgement {
  const notices: CaNotice[] = [];
  const told = { ...before.told };
  for (const cluster of clusters) {
    const object = cluster.cacerts.ok ? cluster.cacerts.value : null;
    const proof = object === null ? undefined : proofOf(cluster, object, now);
    if (object === null || proof === undefined) continue;
    const fact = `served|${cluster.identity.name}`;
    const earlier = told[fact];
    const notice = isOnItsWay(object, policy, now) ? undefined : servedOther(cluster, object, now);
    if (notice !== undefined) {
      notices.push(earlier === undefined || earlier.id === notice.id ? notice : { ...notice, replaces: earlier.id });
      told[fact] = { id: notice.id, said: notice.what, since: earlier?.since ?? now };
    } else if (proof.proved && earlier !== undefined) {
      const { id, said, since } = earlier;
      notices.push({ kind: 'caExpiryOver', id: `${id}.over`, what: said, said, since, replaces: id });
      delete told[fact];
    }
  }
  return { notices, memory: { ...before, told } };
}

function isOnItsWay({ record, facts }: CacertsObject, { proofWithinMs }: CaState['policy'], now: number): boolean {
  const changed = record.writtenAt ?? facts.signing[0]?.notBefore ?? now;
  return now - changed < proofWithinMs;
}

function servedOther(cluster: CaCluster, object: CacertsObject, now: number): CaNotice | undefined {
  const wanted = object.facts.signing[0]?.fingerprint;
  const other = proofOf(cluster, object, now)?.pods.filter(({ proof }) => proof === 'other') ?? [];
  if (wanted === undefined || other.length === 0) return undefined;
  const { name } = cluster.identity;
  const served = other.flatMap(({ pod }) => {
    const [leaf, signing = leaf] = pod.served?.ok === true ? pod.served.value.certificates : [];
    return signing === undefined ? [] : [{ fingerprint: signing.fingerprint, notAfter: signing.notAfter }];
  });
  const pods = other.map(({ pod }) => pod.name);
  const id = `ca-served.${name}.${wanted}.${pods.join('.')}`;
  return { kind: 'caServedOther', id, what: `What istiod of ${name} signs with`, cluster: name, pods, served, wanted };
}
