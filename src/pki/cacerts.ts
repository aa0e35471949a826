import { type Certificate, readCertificates } from './certificate.ts';
import { sha256 } from './fingerprint.ts';
import { readPrivateKey } from './private-key.ts';
import type { KeyKind } from './public-key.ts';

/** The data keys that istiod reads as one CA (istio: security/pkg/pki/ca/ca.go). */
export const CACERTS_KEYS = ['ca-cert.pem', 'ca-key.pem', 'cert-chain.pem', 'root-cert.pem'] as const;

export type CacertsKey = (typeof CACERTS_KEYS)[number];

const UNTIDY = 'It is not printed canonically (64 columns, LF, one newline at the end).';

/** A sentence about one data key. */
export interface CacertsNote {
  readonly key: string;
  readonly text: string;
}

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
  /** What is wrong with the data themselves (not PEM, two keys, …), each with the data key it concerns. A missing key is no fault of the data. */
  readonly faults: readonly CacertsNote[];
  /** What readers skip but istiod's comparison of bytes does not: CRLF, text between blocks, a missing or an extra newline at the end. */
  readonly remarks: readonly CacertsNote[];
  /** SHA-256 over the bytes of `root-cert.pem`: istiod compares bytes, not sets. */
  readonly rootBytesSha256: string | undefined;
}

/** Reads the data of a Secret `cacerts`. Whatever they hold, this gives facts and faults: it does not fail. */
export function inspectCacerts(data: Readonly<Record<string, Uint8Array>>): CacertsFacts {
  const notes: Notes = { faults: [], remarks: [] };
  const certificates = (key: CacertsKey): readonly Certificate[] => inspectCertificates(key, data[key], notes);
  const roots = data['root-cert.pem'];
  return {
    keys: Object.keys(data).sort(),
    signing: certificates('ca-cert.pem'),
    key: inspectKey(data['ca-key.pem'], notes),
    chain: certificates('cert-chain.pem'),
    roots: certificates('root-cert.pem'),
    ...notes,
    rootBytesSha256: roots === undefined ? undefined : sha256(roots),
  };
}

interface Notes {
  readonly faults: CacertsNote[];
  readonly remarks: CacertsNote[];
}

function inspectCertificates(key: CacertsKey, bytes: Uint8Array | undefined, notes: Notes): readonly Certificate[] {
  if (bytes === undefined) return [];
  const read = readCertificates(bytes);
  notes.faults.push(...read.faults.map(({ text }) => ({ key, text })));
  if (read.faults.length === 0 && !read.canonical) {
    notes.remarks.push({
      key,
      text: read.textOutside === undefined ? UNTIDY : `Line ${read.textOutside}: there is text outside the blocks.`,
    });
  }
  return read.certificates;
}

function inspectKey(bytes: Uint8Array | undefined, notes: Notes): CacertsFacts['key'] {
  if (bytes === undefined) return undefined;
  const key = 'ca-key.pem';
  const read = readPrivateKey(bytes);
  if (!read.ok) {
    notes.faults.push(...read.faults.map(({ text }) => ({ key, text })));
    return undefined;
  }
  if (!read.value.canonical) notes.remarks.push({ key, text: UNTIDY });
  return { kind: read.value.kind, publicKeyFingerprint: read.value.publicKeyFingerprint };
}
