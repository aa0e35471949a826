/** The files of a `cacerts` as istiod reads them: leniently, and without the private key, of which only its public half is kept. */
import type { CacertsFacts } from '../../pki/cacerts.ts';
import { type Certificate, printCertificates, readCertificates } from '../../pki/certificate.ts';
import { sha256 } from '../../pki/fingerprint.ts';
import { printPem, readPem } from '../../pki/pem.ts';
import { readPrivateKey } from '../../pki/private-key.ts';

/** A file of certificates. */
export interface CertificateFile {
  /** All that a reader like Go's takes out of it: what is no certificate, or glued to another, is skipped. */
  readonly certificates: readonly Certificate[];
  /** Its first block is a certificate: what istiod signs with, and reads the end of its chain from. */
  readonly startsWell: boolean;
  readonly empty: boolean;
  /** Upper-case SHA-256 over its bytes. */
  readonly sha256: string;
  /** Its bytes, one character each; undefined where only facts are known and they do not tell the bytes. */
  readonly text: string | undefined;
}

/** `ca-key.pem`, reduced. `says`: the words in which istiod refuses it. */
export type KeyFile = { readonly ok: true; readonly publicKeyFingerprint: string } | { readonly ok: false; readonly says: string };

/** The names under which istiod looks; `tls.crt` decides for the second set, whatever else is there. */
export interface FileNames {
  readonly signing: string;
  readonly key: string;
  readonly roots: string;
  readonly chain: readonly string[];
}

export interface IstiodFiles {
  readonly names: FileNames;
  /** Undefined: there is no such file. */
  readonly signing: CertificateFile | undefined;
  readonly key: KeyFile | undefined;
  readonly roots: CertificateFile | undefined;
  readonly chain: CertificateFile | undefined;
  /** Names of chain files that are missing. */
  readonly missingChain: readonly string[];
  /** `ca-crl.pem`; `unseen`: there is one, and only its name is known. */
  readonly crl: { readonly text: string } | 'unseen' | undefined;
  /** The marker of a CA that istiod made by itself. */
  readonly istioGenerated: boolean;
}

const PEM_NAMES: FileNames = { signing: 'ca-cert.pem', key: 'ca-key.pem', roots: 'root-cert.pem', chain: ['cert-chain.pem'] };
const TLS_NAMES: FileNames = { signing: 'tls.crt', key: 'tls.key', roots: 'ca.crt', chain: ['tls.crt', 'ca.crt'] };
const UNREADABLE_KEY = 'failed to parse private key PEM';

/** Reads the data of a Secret as istiod reads its volume. Total: whatever they hold, there is an answer. */
export function filesFromData(data: Readonly<Record<string, Uint8Array>>): IstiodFiles {
  const names = Object.hasOwn(data, 'tls.crt') ? TLS_NAMES : PEM_NAMES;
  const file = (name: string) => (Object.hasOwn(data, name) ? data[name] : undefined);
  const certificates = (name: string) => {
    const bytes = file(name);
    return bytes === undefined ? undefined : certificateFile(latin1(bytes));
  };
  const chain = names.chain.flatMap((name) => file(name) ?? []);
  const key = file(names.key);
  const crl = names === PEM_NAMES ? file('ca-crl.pem') : undefined;
  return {
    names,
    signing: certificates(names.signing),
    key: key === undefined ? undefined : keyFile(key),
    roots: certificates(names.roots),
    chain: chain.length === 0 ? undefined : certificateFile(chain.map(latin1).join('')),
    missingChain: names.chain.filter((name) => file(name) === undefined),
    crl: crl === undefined ? undefined : { text: latin1(crl) },
    istioGenerated: Object.hasOwn(data, 'istio-generated'),
  };
}

/**
 * The same from facts, as far as they go; undefined where the Secret is of the `tls.crt` style, of which facts tell nothing. Bytes of roots are known where
 * their hash is that of the canonical text.
 */
export function filesFromFacts(facts: CacertsFacts): IstiodFiles | undefined {
  const has = (key: string) => facts.keys.includes(key);
  if (has('tls.crt')) return undefined;
  const file = (key: string, certificates: readonly Certificate[]): CertificateFile | undefined => {
    if (!has(key)) return undefined;
    const canonical = printCertificates(certificates);
    const spoilt = [...facts.faults, ...facts.remarks].some((note) => note.key === key);
    const hash = key === 'root-cert.pem' ? (facts.rootBytesSha256 ?? '') : spoilt ? '' : sha256(Buffer.from(canonical));
    const text = sha256(Buffer.from(canonical)) === hash ? canonical : undefined;
    return { certificates, startsWell: certificates.length > 0, empty: false, sha256: hash, text };
  };
  const key: KeyFile =
    facts.key === undefined ? { ok: false, says: UNREADABLE_KEY } : { ok: true, publicKeyFingerprint: facts.key.publicKeyFingerprint };
  return {
    names: PEM_NAMES,
    signing: file('ca-cert.pem', facts.signing),
    key: has('ca-key.pem') ? key : undefined,
    roots: file('root-cert.pem', facts.roots),
    chain: file('cert-chain.pem', facts.chain),
    missingChain: has('cert-chain.pem') ? [] : ['cert-chain.pem'],
    crl: has('ca-crl.pem') ? 'unseen' : undefined,
    istioGenerated: has('istio-generated'),
  };
}

function certificateFile(text: string): CertificateFile {
  const [first] = readPem(text).blocks;
  return {
    certificates: readCertificates(text).certificates,
    startsWell: first !== undefined && readCertificates(printPem(first.label, first.der)).certificates.length === 1,
    empty: text === '',
    sha256: sha256(Buffer.from(text, 'latin1')),
    text,
  };
}

/** Go takes the first block and judges it by its label. */
function keyFile(bytes: Uint8Array): KeyFile {
  const [first] = readPem(bytes).blocks;
  if (first === undefined) return { ok: false, says: `${UNREADABLE_KEY}: invalid PEM-encoded key` };
  const read = readPrivateKey(printPem(first.label, first.der));
  if (read.ok) return { ok: true, publicKeyFingerprint: read.value.publicKeyFingerprint };
  const unsupported = read.faults.some(({ code }) => code === 'encrypted' || code === 'wrong-block');
  return { ok: false, says: unsupported ? `${UNREADABLE_KEY}: unsupported PEM block type for a private key` : UNREADABLE_KEY };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
