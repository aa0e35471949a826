/** The server's own certificate authority and certificate, made anew at every start. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

const { asn1 } = forge;
type Asn1 = forge.asn1.Asn1;

export interface ServingCertificate {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

const DAY_MS = 86_400_000;
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const OID = {
  commonName: '2.5.4.3',
  basic: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extKeyUsage: '2.5.29.37',
  san: '2.5.29.17',
  ski: '2.5.29.14',
  aki: '2.5.29.35',
};
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

function universal(type: number, value: string | Asn1[]): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, Array.isArray(value), value);
}

function sequence(...items: Asn1[]): Asn1 {
  return universal(asn1.Type.SEQUENCE, items);
}

function oid(text: string): Asn1 {
  return universal(asn1.Type.OID, asn1.oidToDer(text).getBytes());
}

function octets(bytes: string): Asn1 {
  return universal(asn1.Type.OCTETSTRING, bytes);
}

function der(value: Asn1): string {
  return asn1.toDer(value).getBytes();
}

function tagged(tag: number, value: string | Asn1[]): Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, Array.isArray(value), value);
}

function commonName(name: string): Asn1 {
  return sequence(universal(asn1.Type.SET, [sequence(oid(OID.commonName), universal(asn1.Type.UTF8, name))]));
}

function extension(id: string, critical: boolean, value: Asn1): Asn1 {
  const flag = critical ? [universal(asn1.Type.BOOLEAN, '\u00ff')] : [];
  return sequence(oid(id), ...flag, octets(der(value)));
}

/** Four digits for the year from 2050 on, as RFC 5280 4.1.2.5 wants it. */
function instant(ms: number): Asn1 {
  const date = new Date(ms);
  return date.getUTCFullYear() >= 2050
    ? universal(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date))
    : universal(asn1.Type.UTCTIME, asn1.dateToUtcTime(date));
}

function spki(key: KeyObject): Asn1 {
  return asn1.fromDer(key.export({ type: 'spki', format: 'der' }).toString('binary'));
}

function keyId(key: KeyObject): string {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('binary');
}

function ipBytes(address: string): string {
  if (isIP(address) === 4) return String.fromCharCode(...address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const words = (part: string): number[] =>
    part
      .split(':')
      .filter((word) => word !== '')
      .map((word) => parseInt(word, 16));
  const [left, right] = [words(head), words(tail)];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
  return String.fromCharCode(...all.flatMap((word) => [word >> 8, word & 0xff]));
}

function alternativeNames(names: readonly string[]): Asn1 {
  return sequence(...names.map((name) => (isIP(name) === 0 ? tagged(2, name) : tagged(7, ipBytes(name)))));
}

interface Issue {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Asn1[];
  readonly notBefore: number;
  readonly notAfter: number;
}

function issue({ subject, issuer, key, signer, extensions, notBefore, notAfter }: Issue): string {
  const algorithm = sequence(oid(ECDSA_SHA256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    tagged(0, [universal(asn1.Type.INTEGER, '\u0002')]),
    universal(asn1.Type.INTEGER, serial.toString('binary')),
    algorithm,
    commonName(issuer),
    sequence(instant(notBefore), instant(notAfter)),
    commonName(subject),
    spki(key),
    tagged(3, [sequence(...extensions)]),
  );
  const signature = sign('sha256', Buffer.from(der(body), 'binary'), signer).toString('binary');
  const whole = der(sequence(body, algorithm, universal(asn1.Type.BITSTRING, `\u0000${signature}`)));
  const lines = Buffer.from(whole, 'binary')
    .toString('base64')
    .replaceAll(/(.{64})(?!$)/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** A certificate for the names and addresses, signed by a fresh authority; both valid for ten years from a day ago. */
export function makeServingCertificate(cluster: string, names: readonly string[], now: number): ServingCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = `${cluster}-ca`;
  const life = { notBefore: now - DAY_MS, notAfter: now + 3650 * DAY_MS };
  const ski = extension(OID.ski, false, octets(keyId(authority.publicKey)));
  const caUse = extension(OID.keyUsage, true, universal(asn1.Type.BITSTRING, '\u0001\u0006'));
  const ca = extension(OID.basic, true, sequence(universal(asn1.Type.BOOLEAN, '\u00ff')));
  const caPem = issue({
    subject: issuer,
    issuer,
    key: authority.publicKey,
    signer: authority.privateKey,
    extensions: [ca, caUse, ski],
    ...life,
  });
  const extensions = [
    extension(OID.basic, true, sequence()),
    extension(OID.keyUsage, true, universal(asn1.Type.BITSTRING, '\u0007\u0080')),
    extension(OID.extKeyUsage, false, sequence(oid(SERVER_AUTH))),
    extension(OID.san, false, alternativeNames(names)),
    extension(OID.aki, false, sequence(tagged(0, keyId(authority.publicKey)))),
  ];
  const certPem = issue({ subject: 'kube-apiserver', issuer, key: server.publicKey, signer: authority.privateKey, extensions, ...life });
  return { caPem, certPem, keyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
