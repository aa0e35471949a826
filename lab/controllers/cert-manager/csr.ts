/** Certificate signing requests (PKCS #10): made for a Certificate, read by an issuer. */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { readPem, printPem } from '../../../src/pki/pem.ts';
import { type Asn1, bits, decode, encode, integer, ipv4Bytes, none, octets, oid, sequence, set, tagged } from '../../pki/asn1.ts';
import { nameOf } from '../../pki/sign.ts';
import type { CertificateSpec, Names } from './spec.ts';

const OID = { commonName: '2.5.4.3', extensionRequest: '1.2.840.113549.1.9.14', alternativeNames: '2.5.29.17', keyUsage: '2.5.29.15' };
const CA_USAGE = { byte: 0b1010_0100, unused: 2 };
const LEAF_USAGE = { byte: 0b1010_0000, unused: 5 };
const GENERAL_NAME = { dns: 2, uri: 6, ip: 7 };

/** What a request asks an issuer to certify. */
export interface Csr extends Names {
  readonly publicKey: KeyObject;
}

/** The PEM of a request; undefined where the spec names nobody, for which cert-manager only logs a line. */
export function makeCsr(spec: CertificateSpec, key: KeyObject): string | undefined {
  const { commonName, dnsNames, uris, ipAddresses, isCa } = spec;
  if (commonName === undefined && dnsNames.length + uris.length + ipAddresses.length === 0) return undefined;
  const usage = isCa ? CA_USAGE : LEAF_USAGE;
  const names = [
    ...dnsNames.map((name) => tagged(GENERAL_NAME.dns, Buffer.from(name))),
    ...uris.map((uri) => tagged(GENERAL_NAME.uri, Buffer.from(uri))),
    ...ipAddresses.map((address) => tagged(GENERAL_NAME.ip, ipv4Bytes(address))),
  ];
  const extensions = [
    sequence(oid(OID.keyUsage), octets(encode(bits(Buffer.from([usage.byte]), usage.unused)))),
    ...(names.length === 0 ? [] : [sequence(oid(OID.alternativeNames), octets(encode(sequence(...names))))]),
  ];
  const info = sequence(
    integer(0),
    decode(nameOf(commonName)),
    decode(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    tagged(0, [sequence(oid(OID.extensionRequest), set(sequence(...extensions)))]),
  );
  const { algorithm, hash } = signatureOf(key);
  return printPem('CERTIFICATE REQUEST', encode(sequence(info, algorithm, bits(sign(hash, encode(info), key)))));
}

function signatureOf(key: KeyObject): { algorithm: Asn1; hash: string | null } {
  if (key.asymmetricKeyType === 'rsa') return { algorithm: sequence(oid('1.2.840.113549.1.1.11'), none()), hash: 'sha256' };
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: sequence(oid('1.3.101.112')), hash: null };
  return { algorithm: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' };
}

/** What a request in PEM says; undefined where it is none. */
export function readCsr(pem: string): Csr | undefined {
  const [block] = readPem(pem).blocks;
  if (block === undefined) return undefined;
  try {
    const [, subject, key, attributes] = parts(parts(decode(block.der))[0]);
    if (subject === undefined || key === undefined) return undefined;
    const publicKey = createPublicKey({ key: encode(key), format: 'der', type: 'spki' });
    return { publicKey, commonName: commonNameOf(subject), ...alternativeNamesOf(attributes) };
  } catch {
    // Whatever is wrong with it, the issuer says only that it cannot be read.
    return undefined;
  }
}

function parts(value: Asn1 | undefined): Asn1[] {
  return value !== undefined && Array.isArray(value.value) ? value.value : [];
}

function bytesOf(value: Asn1 | undefined): string {
  return value !== undefined && typeof value.value === 'string' ? value.value : '';
}

function isOid(value: Asn1 | undefined, id: string): boolean {
  return value !== undefined && typeof value.value === 'string' && forge.asn1.derToOid(value.value) === id;
}

function commonNameOf(subject: Asn1): string | undefined {
  const pairs = parts(subject).flatMap((one) => parts(one));
  const found = pairs.find((pair) => isOid(parts(pair)[0], OID.commonName));
  return found === undefined ? undefined : Buffer.from(bytesOf(parts(found)[1]), 'binary').toString();
}

function alternativeNamesOf(attributes: Asn1 | undefined): Omit<Names, 'commonName'> {
  const requested = parts(attributes).find((one) => isOid(parts(one)[0], OID.extensionRequest));
  const extensions = parts(parts(parts(requested)[1])[0]);
  const found = extensions.find((one) => isOid(parts(one)[0], OID.alternativeNames));
  const octetString = bytesOf(parts(found).at(-1));
  const names = octetString === '' ? [] : parts(decode(Buffer.from(octetString, 'binary')));
  const textsOf = (tag: number): string[] => names.filter(({ type }) => type === (tag as typeof type)).map(bytesOf);
  return {
    dnsNames: textsOf(GENERAL_NAME.dns),
    uris: textsOf(GENERAL_NAME.uri),
    ipAddresses: textsOf(GENERAL_NAME.ip).map((bytes) => [...Buffer.from(bytes, 'binary')].join('.')),
  };
}
