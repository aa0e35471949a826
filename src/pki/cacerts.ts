import type { Certificate, KeyKind } from './certificate.ts';

/** What a Secret `cacerts` holds, without its private key: that is reduced to its kind and public half while it is read. */
export interface CacertsFacts {
  /** Every data key that is there, sorted. */
  readonly keys: readonly string[];
  /** `ca-cert.pem`: the first is what istiod signs with. */
  readonly signing: readonly Certificate[];
  /** `cert-chain.pem`. */
  readonly chain: readonly Certificate[];
  /** `root-cert.pem`. */
  readonly roots: readonly Certificate[];
  /** `ca-key.pem`; undefined where it is missing or cannot be read. */
  readonly key: { readonly kind: KeyKind; readonly publicKeyFingerprint: string } | undefined;
  /** What is wrong with the data themselves (not PEM, two keys, …), each with the data key it concerns. */
  readonly faults: readonly { readonly key: string; readonly text: string }[];
  /** SHA-256 over the bytes of `root-cert.pem`: istiod compares bytes, not sets. */
  readonly rootBytesSha256: string | undefined;
}
