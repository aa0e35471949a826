import { booleanOf, childrenOf, contentsOf, type DerNode, DerError, isTagged, isType, oidOf, readDer, smallIntegerOf } from './der.ts';
import { colonHex } from './fingerprint.ts';

/** What the extensions of a certificate say; see {@link Certificate} for the fields. */
export interface Extensions {
  isCa: boolean;
  pathLength: number | undefined;
  keyUsage: readonly string[] | undefined;
  extendedKeyUsage: readonly string[] | undefined;
  subjectKeyId: string | undefined;
  authorityKeyId: string | undefined;
  uriNames: readonly string[];
  dnsNames: readonly string[];
  unknownCritical: readonly string[];
}

/** RFC 5280 4.2.1.3, in the order of the bits. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

type Reader = (value: DerNode, into: Extensions) => void;

const READERS: Readonly<Record<string, Reader>> = {
  '2.5.29.14': (value, into) => {
    into.subjectKeyId = colonHex(contentsOf(value));
  },
  '2.5.29.15': (value, into) => {
    into.keyUsage = usagesOf(value);
  },
  '2.5.29.17': readAlternativeNames,
  '2.5.29.19': readBasicConstraints,
  '2.5.29.35': (value, into) => {
    const id = childrenOf(value).find((part) => isTagged(part, 0));
    into.authorityKeyId = id === undefined ? undefined : colonHex(contentsOf(id));
  },
  '2.5.29.37': (value, into) => {
    into.extendedKeyUsage = childrenOf(value).map(oidOf);
  },
};

/** Known to every verifier and without influence on what is judged here: name constraints and certificate policies. */
const PASSED_OVER = new Set(['2.5.29.30', '2.5.29.32', '2.5.29.33', '2.5.29.36', '2.5.29.54']);

/**
 * Reads the extensions of a TBSCertificate; `list` is undefined where it has none.
 *
 * @throws DerError where one that is understood here is malformed, or stands there twice (RFC 5280 4.2 forbids it).
 */
export function readExtensions(list: DerNode | undefined): Extensions {
  const into: Extensions = {
    isCa: false,
    pathLength: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    uriNames: [],
    dnsNames: [],
    unknownCritical: [],
  };
  const seen = new Set<string>();
  for (const extension of list === undefined ? [] : childrenOf(list)) {
    const oid = readExtension(extension, into);
    if (seen.has(oid)) throw new DerError('carries one extension twice');
    seen.add(oid);
  }
  return into;
}

function readExtension(extension: DerNode, into: Extensions): string {
  const parts = childrenOf(extension);
  const oid = oidOf(parts[0]);
  const critical = isType(parts[1], 'BOOLEAN') && booleanOf(parts[1]);
  const content = parts.at(-1);
  if (!isType(content, 'OCTETSTRING')) throw new DerError('carries an extension without a value');
  const read = READERS[oid];
  if (read !== undefined) read(readDer(contentsOf(content)), into);
  else if (critical && !PASSED_OVER.has(oid)) into.unknownCritical = [...into.unknownCritical, oid];
  return oid;
}

function readBasicConstraints(value: DerNode, into: Extensions): void {
  const parts = childrenOf(value);
  into.isCa = isType(parts[0], 'BOOLEAN') && booleanOf(parts[0]);
  const limit = parts.find((part) => isType(part, 'INTEGER'));
  into.pathLength = limit === undefined ? undefined : smallIntegerOf(limit);
}

function readAlternativeNames(value: DerNode, into: Extensions): void {
  const names = childrenOf(value);
  into.dnsNames = names.filter((name) => isTagged(name, 2)).map((name) => contentsOf(name).toString('latin1'));
  into.uriNames = names.filter((name) => isTagged(name, 6)).map((name) => contentsOf(name).toString('latin1'));
}

function usagesOf(value: DerNode): readonly string[] {
  if (!isType(value, 'BITSTRING')) throw new DerError('carries a key usage that is none');
  const bits = contentsOf(value).subarray(1);
  return KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}
