/** Signs one certificate. What may stand in it is the caller's business: the wrong ones are made here too. */
import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { printPem } from '../../src/pki/pem.ts';
import {
  type Asn1,
  bits,
  decode,
  encode,
  instant,
  integer,
  ipv4Bytes,
  none,
  octets,
  oid,
  sequence,
  set,
  tagged,
  utf8,
  yes,
} from './asn1.ts';

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** What cert-manager asks for by default for a CA: digitalSignature, keyEncipherment, keyCertSign. */
const CA_USAGE = { byte: 0b1010_0100, unused: 2 };
const LEAF_USAGE = { byte: 0b1010_0000, unused: 5 };

/** From when to when a certificate is valid. */
export interface Life {
  /** UTC milliseconds, as all instants here; certificates hold whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Whom a certificate is for, beside its subject. */
export interface AlternativeNames {
  readonly spiffe?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
}

/** What a certificate says. */
export interface CertificateRequest extends Life {
  /** Undefined: an empty subject, as in the certificates of workloads. */
  readonly commonName: string | undefined;
  /** None by default. */
  readonly organization?: string;
  readonly publicKey: KeyObject;
  /** Undefined: no CA. */
  readonly ca: { readonly pathLength: number | undefined } | undefined;
  readonly names?: AlternativeNames;
  /** The bits of the key usage and how many at the end are unused; by default what cert-manager asks for. */
  readonly usage?: { readonly byte: number; readonly unused: number };
  /** The extended key usage; by default both for a certificate that is no CA, and none for a CA. */
  readonly purposes?: readonly ('serverAuth' | 'clientAuth')[];
}

/** Who signs it. */
export interface Signer {
  readonly key: KeyObject;
  /** DER of its name. */
  readonly name: Buffer;
  /** Undefined where it signs itself: such a certificate names no authority key. */
  readonly keyId: Buffer | undefined;
}

/** The DER of a name with an organization, a common name, both, or nothing. */
export function nameOf(commonName: string | undefined, organization?: string): Buffer {
  const part = (id: string, text: string | undefined): Asn1[] => (text === undefined ? [] : [set(sequence(oid(id), utf8(text)))]);
  return encode(sequence(...part(OID.organization, organization), ...part(OID.commonName, commonName)));
}

/** SHA-1 over the bits of the public key (RFC 5280, 4.2.1.2, method 1). */
export function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1').update(bitsOf(publicKey)).digest();
}

function bitsOf(publicKey: KeyObject): Buffer {
  if (publicKey.asymmetricKeyType === 'rsa') return publicKey.export({ type: 'pkcs1', format: 'der' });
  // The last 32 bytes of the SubjectPublicKeyInfo (RFC 8410, 4).
  if (publicKey.asymmetricKeyType === 'ed25519') return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

/** The certificate as canonical PEM. */
export function signCertificate(request: CertificateRequest, signer: Signer): string {
  const { algorithm, hash } = algorithmOf(signer.key);
  const body = sequence(
    tagged(0, [integer(2)]),
    integer(serialNumber()),
    algorithm,
    decode(signer.name),
    sequence(instant(request.notBefore), instant(request.notAfter)),
    decode(nameOf(request.commonName, request.organization)),
    decode(request.publicKey.export({ type: 'spki', format: 'der' })),
    tagged(3, [sequence(...extensionsOf(request, signer))]),
  );
  const signature = sign(hash, encode(body), signer.key);
  return printPem('CERTIFICATE', encode(sequence(body, algorithm, bits(signature))));
}

/** 20 bytes, positive, without a zero in front. */
function serialNumber(): Buffer {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function algorithmOf(key: KeyObject): { algorithm: Asn1; hash: string | null } {
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: sequence(oid('1.3.101.112')), hash: null };
  if (key.asymmetricKeyType === 'rsa') return { algorithm: sequence(oid('1.2.840.113549.1.1.11'), none()), hash: 'sha256' };
  if (key.asymmetricKeyDetails?.namedCurve === 'secp384r1') return { algorithm: sequence(oid('1.2.840.10045.4.3.3')), hash: 'sha384' };
  return { algorithm: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' };
}

function extension(id: string, critical: boolean, value: Asn1): Asn1 {
  return sequence(oid(id), ...(critical ? [yes()] : []), octets(encode(value)));
}

function extensionsOf(request: CertificateRequest, { keyId }: Signer): Asn1[] {
  const { ca, names, commonName, publicKey } = request;
  const usage = request.usage ?? (ca === undefined ? LEAF_USAGE : CA_USAGE);
  const purposes = request.purposes ?? (ca === undefined ? (['serverAuth', 'clientAuth'] as const) : []);
  const constraints = ca === undefined ? [] : [yes(), ...(ca.pathLength === undefined ? [] : [integer(ca.pathLength)])];
  return [
    extension(OID.keyUsage, true, bits(Buffer.from([usage.byte]), usage.unused)),
    ...(purposes.length === 0 ? [] : [extension(OID.extendedKeyUsage, false, sequence(...purposes.map((one) => oid(OID[one]))))]),
    extension(OID.basicConstraints, true, sequence(...constraints)),
    ...(ca === undefined ? [] : [extension(OID.subjectKeyId, false, octets(keyIdOf(publicKey)))]),
    ...(keyId === undefined ? [] : [extension(OID.authorityKeyId, false, sequence(tagged(0, keyId)))]),
    // Critical where the subject is empty (RFC 5280, 4.2.1.6).
    ...(names === undefined ? [] : [extension(OID.alternativeNames, commonName === undefined, alternativeNames(names))]),
  ];
}

function alternativeNames({ spiffe, dns = [], ip = [] }: AlternativeNames): Asn1 {
  return sequence(
    ...dns.map((name) => tagged(2, Buffer.from(name))),
    ...(spiffe === undefined ? [] : [tagged(6, Buffer.from(spiffe))]),
    ...ip.map((address) => tagged(7, ipv4Bytes(address))),
  );
}
