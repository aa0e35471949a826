import { type Certificate, type KeyKind, readCertificates } from './certificate.ts';
import type { InputFault } from './fault.ts';
import { sha256 } from './fingerprint.ts';
import { readPrivateKey } from './private-key.ts';

/** The data keys that istiod reads as one CA (istio: security/pkg/pki/ca/ca.go). */
export const CACERTS_KEYS = ['ca-cert.pem', 'ca-key.pem', 'cert-chain.pem', 'root-cert.pem'] as const;

export type CacertsKey = (typeof CACERTS_KEYS)[number];

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
  const faults: CacertsNote[] = [];
  const remarks: CacertsNote[] = [];
  const note = (key: CacertsKey, found: readonly InputFault[]): void => {
    faults.push(...found.map(({ text }) => ({ key, text })));
  };
  const certificates = (key: CacertsKey): readonly Certificate[] => {
    const bytes = data[key];
    if (bytes === undefined) return [];
    const read = readCertificates(bytes);
    note(key, read.faults);
    if (read.faults.length === 0 && !read.canonical) remarks.push({ key, text: untidiness(read.textOutside) });
    return read.certificates;
  };
  return {
    keys: Object.keys(data).sort(),
    signing: certificates('ca-cert.pem'),
    key: inspectKey(data['ca-key.pem'], note),
    chain: certificates('cert-chain.pem'),
    roots: certificates('root-cert.pem'),
    faults,
    remarks,
    rootBytesSha256: data['root-cert.pem'] === undefined ? undefined : sha256(data['root-cert.pem']),
  };
}

function inspectKey(bytes: Uint8Array | undefined, note: (key: CacertsKey, found: readonly InputFault[]) => void): CacertsFacts['key'] {
  if (bytes === undefined) return undefined;
  const read = readPrivateKey(bytes);
  if (!read.ok) {
    note('ca-key.pem', read.faults);
    return undefined;
  }
  return { kind: read.value.kind, publicKeyFingerprint: read.value.publicKeyFingerprint };
}

function untidiness(textOutside: number | undefined): string {
  return textOutside === undefined
    ? 'It is not printed canonically (64 columns, LF, one newline at the end).'
    : `Line ${textOutside}: text outside the blocks.`;
}
