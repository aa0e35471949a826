/** Whether istiod serves what lies in `cacerts`: what is written is done only when every istiod is seen to sign with it. */
import type { Certificate } from '../pki/certificate.ts';
import { sameBundle } from '../pki/bundle.ts';
import { verifyChain } from '../pki/verify.ts';
import type { CaCluster, CacertsObject, IstiodPod } from './model.ts';

/**
 * - `serves` its chain is the one in `cacerts`, verified
 * - `other` it answers with another chain: not there yet, or refused
 * - `down` it does not run, or does not answer
 * - `hidden` it runs and may not be asked
 * - `unasked` it was not asked in this look
 */
export type PodProof = 'serves' | 'other' | 'down' | 'hidden' | 'unasked';

export interface Proof {
  readonly pods: readonly { readonly pod: IstiodPod; readonly proof: PodProof }[];
  /** There is one istiod at least, and each of them serves. */
  readonly proved: boolean;
}

/** True where we wrote the data and nobody has yet seen them served. */
export function isUnproved({ contentId, record: { writtenAt, proved } }: CacertsObject): boolean {
  return writtenAt !== undefined && !(proved?.contentId === contentId && proved.at >= writtenAt);
}

/** What each istiod serves against what lies in `cacerts`; undefined where the istiods could not be looked at. */
export function proofOf({ istiods }: CaCluster, object: CacertsObject, now: number): Proof | undefined {
  if (!istiods.ok) return undefined;
  const pods = istiods.value.map((pod) => ({ pod, proof: proofOfPod(pod, object, now) }));
  return { pods, proved: pods.length > 0 && pods.every(({ proof }) => proof === 'serves') };
}

function proofOfPod(pod: IstiodPod, { facts: { signing, roots, key } }: CacertsObject, now: number): PodProof {
  const { served, startedAt, ready } = pod;
  if (served === undefined) return startedAt === undefined || !ready ? 'down' : 'unasked';
  if (!served.ok) return ['forbidden', 'unauthorized'].includes(served.failure.reason) ? 'hidden' : 'down';
  const { certificates, signed } = served.value;
  const chains = [certificates, signed?.chain ?? []].filter((chain) => chain.length > 0);
  // Beside a foreign key istiod goes on with the one that it read before: what it serves says nothing about these data.
  const keyFits = key !== undefined && key.publicKeyFingerprint === signing[0]?.publicKeyFingerprint;
  const fits = keyFits && chains.length > 0 && chains.every((chain) => isSignedWith(chain, signing[0], roots, now));
  const handsOut = signed === undefined || sameBundle(signed.roots, roots);
  return fits && handsOut ? 'serves' : 'other';
}

/** The leaf of a chain was issued by this certificate, and the whole of it verifies to one of the roots. */
function isSignedWith(
  [leaf, ...rest]: readonly Certificate[],
  signing: Certificate | undefined,
  roots: readonly Certificate[],
  at: number,
): boolean {
  if (leaf === undefined || signing === undefined) return false;
  const result = verifyChain({ leaf, intermediates: rest, roots, at });
  return result.ok && result.path[1]?.fingerprint === signing.fingerprint;
}

/** `istiod-1 new · istiod-2 still old`. */
export function shownProof({ pods }: Proof): string {
  const words = { serves: 'new', other: 'still old', down: 'not answering', hidden: 'may not be asked', unasked: 'not asked yet' } as const;
  if (pods.length === 0) return 'no istiod runs';
  if (pods.length > 4) return `${pods.filter(({ proof }) => proof === 'serves').length} of ${pods.length} istiods new`;
  return pods.map(({ pod, proof }) => `${pod.name} ${words[proof]}`).join(' · ');
}
