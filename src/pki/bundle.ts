import { type Certificate, printCertificates } from './certificate.ts';

/** Trust bundles are sets of certificates, compared by their DER: neither order nor duplicates nor PEM text matter here. */

/** The distinct certificates of a bundle, ordered by fingerprint. */
export function distinctCertificates(bundle: readonly Certificate[]): readonly Certificate[] {
  const byFingerprint = new Map(bundle.map((certificate) => [certificate.fingerprint, certificate]));
  return [...byFingerprint.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
}

/** The certificates that stand in a bundle more than once, each once. */
export function duplicateCertificates(bundle: readonly Certificate[]): readonly Certificate[] {
  const seen = new Set<string>();
  const again = bundle.filter(({ fingerprint }) => {
    const known = seen.has(fingerprint);
    seen.add(fingerprint);
    return known;
  });
  return distinctCertificates(again);
}

/** What stands in `bundle` and not in `other`, ordered by fingerprint. */
export function bundleDifference(bundle: readonly Certificate[], other: readonly Certificate[]): readonly Certificate[] {
  const known = new Set(other.map(({ fingerprint }) => fingerprint));
  return distinctCertificates(bundle).filter(({ fingerprint }) => !known.has(fingerprint));
}

/** True where all of `bundle` stands in `other`. */
export function isSubsetOf(bundle: readonly Certificate[], other: readonly Certificate[]): boolean {
  return bundleDifference(bundle, other).length === 0;
}

export function sameBundle(a: readonly Certificate[], b: readonly Certificate[]): boolean {
  return isSubsetOf(a, b) && isSubsetOf(b, a);
}

/** A bundle in canonical PEM: distinct, ordered by fingerprint, so that equal sets give equal bytes. */
export function printBundle(bundle: readonly Certificate[]): string {
  return printCertificates(distinctCertificates(bundle));
}
