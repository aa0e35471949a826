import type { CacertsFacts } from '../pki/cacerts.ts';
import type { Certificate } from '../pki/certificate.ts';
import { verifyChain } from '../pki/verify.ts';
import type { ClusterIdentity, ClusterSnapshot } from './model.ts';

type Signing = Pick<ClusterSnapshot, 'cacerts'>;

/** From what istiod signs with to the root that it verifies to; empty where it does not. */
export function signingPath({ signing: [leaf], chain, roots }: CacertsFacts, at: number): readonly Certificate[] {
  if (leaf === undefined) return [];
  const result = verifyChain({ leaf, intermediates: chain, roots, at, signs: true });
  return result.ok ? result.path : [];
}

/**
 * From what a cluster signs with to its root, whether or not they are still valid: as it verified in the middle of its life, else at its beginning.
 * Empty where it never did, or where `cacerts` could not be read.
 */
export function lastingPath({ cacerts }: Signing): readonly Certificate[] {
  const facts = cacerts.ok ? cacerts.value : null;
  const leaf = facts?.signing[0];
  if (facts === null || leaf === undefined) return [];
  const path = signingPath(facts, (leaf.notBefore + leaf.notAfter) / 2);
  return path.length > 0 ? path : signingPath(facts, leaf.notBefore);
}

/** What a cluster signs with and what stands between it and the root; the signing certificate alone where it verifies to no root. */
export function belowRoot(cacerts: ClusterSnapshot['cacerts']): readonly Certificate[] {
  const path = lastingPath({ cacerts });
  if (path.length > 1) return path.slice(0, -1);
  return cacerts.ok ? (cacerts.value?.signing.slice(0, 1) ?? []) : [];
}

/** The root under which a cluster signs, whether or not it is still valid. */
export function activeRoot(cluster: Signing): Certificate | undefined {
  return lastingPath(cluster).at(-1);
}

export interface ActiveRoot {
  readonly root: Certificate;
  /** The clusters that sign under it. */
  readonly clusters: readonly ClusterIdentity[];
}

/** Roots under which something is signed, each once. What is only trusted besides, as in a rotation, is not among them. */
export function activeRoots(clusters: readonly ClusterSnapshot[]): readonly ActiveRoot[] {
  const found = new Map<string, ActiveRoot>();
  for (const cluster of clusters) {
    const root = activeRoot(cluster);
    if (root === undefined) continue;
    const before = found.get(root.fingerprint)?.clusters ?? [];
    found.set(root.fingerprint, { root, clusters: [...before, cluster.identity] });
  }
  return [...found.values()];
}
