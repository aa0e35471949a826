import { X509Certificate } from 'node:crypto';
import { childrenOf, type DerNode, DerError, derOf, instantOf, isTagged, oidOf, readDer } from './der.ts';
import { readName } from './distinguished-name.ts';
import { readExtensions } from './extensions.ts';
import { type InputFault, type InputFaultCode, limitFaults, type Read } from './fault.ts';
import { sha256 } from './fingerprint.ts';
import { type PemBlock, printPem, readPem, shownLabel } from './pem.ts';
import { fingerprintOfKey, type KeyKind, kindOfKey } from './public-key.ts';

export type { KeyKind } from './public-key.ts';

/** A parsed certificate: facts only. Instants are UTC milliseconds, fingerprints upper-case SHA-256 hex with colons. */
export interface Certificate {
  readonly der: Uint8Array;
  /** SHA-256 over the DER: the identity of a certificate everywhere in the product. */
  readonly fingerprint: string;
  /** Distinguished names as RFC 4514 text, for people. Compare {@link subjectDer}/{@link issuerDer}, never these. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string | undefined;
  /** The DER of the names in lower-case hex. */
  readonly subjectDer: string;
  readonly issuerDer: string;
  /** Upper-case hex. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints CA:TRUE. */
  readonly isCa: boolean;
  /** pathLenConstraint; undefined where absent. */
  readonly pathLength: number | undefined;
  /** Names of RFC 5280 bits (`digitalSignature`, `keyCertSign`, `cRLSign` …); undefined where the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** Dotted OIDs; undefined where the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Key identifiers in upper-case hex with colons. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly uriNames: readonly string[];
  readonly dnsNames: readonly string[];
  readonly keyKind: KeyKind;
  /** SHA-256 over the SubjectPublicKeyInfo: equal for a certificate and its private key. */
  readonly publicKeyFingerprint: string;
  readonly signatureAlgorithm: string;
  /** Dotted OIDs of critical extensions that no reader here understands: a verifier must refuse the certificate. Absent: none. */
  readonly unknownCritical?: readonly string[];
  /** Issuer and subject are the same name *and* its own key verifies its signature. */
  readonly selfSigned: boolean;
}

/** What a text of certificates gave: all that could be read, and all that could not. */
export interface CertificatesReading {
  readonly certificates: readonly Certificate[];
  readonly faults: readonly InputFault[];
  /** Line of the first text outside the blocks: readers skip it, but istiod compares it. */
  readonly textOutside: number | undefined;
  /** The text is, byte for byte, what {@link printCertificates} prints for its certificates. */
  readonly canonical: boolean;
}

/** RFC 5758 3.2, RFC 4055 5, RFC 8410 3: the names that openssl and Node print. */
const SIGNATURE_ALGORITHMS: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.2.840.113549.1.1.10': 'rsassaPss',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.113549.1.1.12': 'sha384WithRSAEncryption',
  '1.2.840.113549.1.1.13': 'sha512WithRSAEncryption',
  '1.3.101.112': 'ED25519',
};

/** The public web has some 150 roots, a mesh has two: what stands after so many blocks is not read, for it takes time. */
const MAX_CERTIFICATES = 256;

/** Reads one certificate. Bytes after its end, and any encoding but DER, are faults. */
export function readCertificate(der: Uint8Array): Read<Certificate> {
  try {
    return { ok: true, value: parse(new Uint8Array(der)) };
  } catch (error) {
    const why = error instanceof DerError ? error.message : 'cannot be read';
    return { ok: false, faults: [{ code: 'bad-certificate', line: undefined, text: `The certificate ${why}.` }] };
  }
}

/**
 * Reads a PEM text that holds certificates and nothing else: keeps what can be read and tells all that cannot. A private key among them is
 * a fault that shows nothing of it.
 */
export function readCertificates(text: string | Uint8Array): CertificatesReading {
  const pem = readPem(text);
  const certificates: Certificate[] = [];
  const faults = [...pem.faults];
  for (const block of pem.blocks.slice(0, MAX_CERTIFICATES)) {
    const read = readBlock(block);
    if (read.ok) certificates.push(read.value);
    else faults.push(...read.faults);
  }
  if (pem.blocks.length === 0 && pem.faults.length === 0) {
    faults.push({ code: 'no-block', line: undefined, text: 'There is no PEM block in it.' });
  }
  const next = pem.blocks[MAX_CERTIFICATES];
  if (next !== undefined) {
    const text = `Line ${next.line}: more than ${MAX_CERTIFICATES} blocks; from here on nothing is read.`;
    faults.push({ code: 'too-large', line: next.line, text });
  }
  const ordered = faults.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity));
  return { certificates, faults: limitFaults(ordered), textOutside: pem.textOutside, canonical: pem.canonical };
}

/** Certificates as canonical PEM, in their order: equal certificates give equal bytes. */
export function printCertificates(certificates: readonly Pick<Certificate, 'der'>[]): string {
  return certificates.map(({ der }) => printPem('CERTIFICATE', der)).join('');
}

/** True where `issuer` has the name that `certificate` gives as its issuer's, and the key that signed it. Validity and rights are not looked at. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return certificate.issuerDer === issuer.subjectDer && isSignedBy(new X509Certificate(certificate.der), new X509Certificate(issuer.der));
}

function readBlock(block: PemBlock): Read<Certificate> {
  const refuse = (code: InputFaultCode, text: string): Read<Certificate> => ({
    ok: false,
    faults: [{ code, line: block.line, text: `Line ${block.line}: ${text}.` }],
  });
  if (block.label.endsWith('PRIVATE KEY')) return refuse('private-key', 'a private key stands where certificates belong');
  if (block.label !== 'CERTIFICATE') return refuse('wrong-block', `a block ${shownLabel(block.label)} stands where certificates belong`);
  if (block.headers.length > 0) return refuse('headers', 'the certificate carries PEM headers');
  const read = readCertificate(block.der);
  if (read.ok) return read;
  const at = (fault: InputFault): InputFault => ({ ...fault, line: block.line, text: `Line ${block.line}: ${fault.text}` });
  return { ok: false, faults: read.faults.map(at) };
}

function parse(der: Uint8Array): Certificate {
  const [tbs, algorithm] = childrenOf(readDer(der));
  const fields = childrenOf(tbs);
  // The version is left out of a v1 certificate.
  const at = isTagged(fields[0], 0) ? 1 : 0;
  const [, , issuer, validity, subject, publicKeyInfo] = fields.slice(at, at + 6);
  if (publicKeyInfo === undefined) throw new DerError('lacks a part that belongs there');
  const [notBefore, notAfter] = childrenOf(validity);
  const issuerName = readName(issuer);
  const subjectName = readName(subject);
  const extensions = fields.find((field) => isTagged(field, 3));
  const { unknownCritical, ...facts } = readExtensions(extensions === undefined ? undefined : childrenOf(extensions)[0]);
  const native = openSslView(der);
  const signature = oidOf(childrenOf(algorithm)[0]);
  return {
    der,
    fingerprint: sha256(der),
    subject: subjectName.text,
    issuer: issuerName.text,
    commonName: subjectName.commonName,
    subjectDer: subjectName.der,
    issuerDer: issuerName.der,
    serial: native.serialNumber,
    notBefore: instantOf(notBefore),
    notAfter: instantOf(notAfter),
    ...facts,
    ...(unknownCritical.length === 0 ? {} : { unknownCritical }),
    ...publicKeyFacts(native, publicKeyInfo),
    signatureAlgorithm: SIGNATURE_ALGORITHMS[signature] ?? signature,
    selfSigned: subjectName.der === issuerName.der && isSignedBy(native, native),
  };
}

function openSslView(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw new DerError('is refused by OpenSSL', { cause: error });
  }
}

function publicKeyFacts(native: X509Certificate, info: DerNode): Pick<Certificate, 'keyKind' | 'publicKeyFingerprint'> {
  try {
    return { keyKind: kindOfKey(native.publicKey), publicKeyFingerprint: fingerprintOfKey(native.publicKey) };
  } catch {
    // A key that OpenSSL does not know: still a certificate, whose key nobody here can use.
    return { keyKind: 'other', publicKeyFingerprint: sha256(derOf(info)) };
  }
}

/** True where the key of `issuer` verifies the signature of `certificate`; names and everything else are not looked at. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // Thrown for a key of another kind than the signature's, and for one that OpenSSL does not know: neither signed it.
    return false;
  }
}
