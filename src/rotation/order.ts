/** In which order clusters are written: one alone, then waves under the same root. */
import { cacertsOf, signingOf, sourceFor, goodSecretOf } from './look.ts';
import type { CaCluster, CacertsObject, CaState, Hold } from './model.ts';
import { isUnproved } from './proof.ts';

/** At most a tenth of the clusters is written and unproved at a time. */
const WAVE = 10;

/** Clusters whose data are written and not proved. Data that no istiod has ever read stand in nobody's way. */
export function unprovedClusters(state: CaState): readonly { readonly cluster: CaCluster; readonly object: CacertsObject }[] {
  return state.clusters.flatMap((cluster) => {
    const object = cacertsOf(cluster);
    if (object === undefined || !isUnproved(object) || isUnread(cluster)) return [];
    return [{ cluster, object }];
  });
}

function isUnread({ istiods, backups }: CaCluster): boolean {
  return istiods.ok && istiods.value.length === 0 && backups.ok && backups.value.length === 0;
}

/**
 * When this round of renewals began: with the oldest certificate that waits to be published or proved. What was proved since then went before; a refusal since
 * then stops the others.
 */
export function roundBegan(state: CaState, waiting: readonly CaCluster[]): number {
  const issued = waiting.flatMap((cluster) => {
    const source = sourceFor(state, cluster);
    return (source === undefined ? undefined : goodSecretOf(source)?.assembly.signing.notBefore) ?? [];
  });
  const unproved = unprovedClusters(state).flatMap(({ object }) => signingOf(object)?.notBefore ?? []);
  return Math.min(...issued, ...unproved);
}

/** How many more clusters may be written now: none while the first is unproved, then a wave. */
export function roomForWrites(state: CaState, began: number): number {
  const unproved = unprovedClusters(state).length;
  const went = state.clusters.some((cluster) => {
    const object = cacertsOf(cluster);
    return object !== undefined && !isUnproved(object) && (object.record.proved?.at ?? -Infinity) >= began;
  });
  const wave = went ? Math.max(1, Math.floor(state.clusters.length / WAVE)) : 1;
  return wave - unproved;
}

/** A cluster that refused its new certificate in this round. */
export function holdOfRound(state: CaState, began: number): { readonly cluster: string; readonly hold: Hold } | undefined {
  for (const cluster of state.clusters) {
    const hold = cacertsOf(cluster)?.record.hold;
    const source = sourceFor(state, cluster);
    const waits = hold !== undefined && source !== undefined && goodSecretOf(source)?.assembly.signing.fingerprint === hold.fingerprint;
    if (waits && hold.at >= began) return { cluster: cluster.identity.name, hold };
  }
  return undefined;
}
