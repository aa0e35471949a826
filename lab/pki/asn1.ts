/** Builds DER: the few ASN.1 types that a certificate is made of. */
import { isIP } from 'node:net';
import forge from 'node-forge';

const { asn1 } = forge;

/** A value of ASN.1, not yet encoded. */
export type Asn1 = forge.asn1.Asn1;

function universal(type: number, value: string | Asn1[]): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, Array.isArray(value), value);
}

/** Values in their order. */
export function sequence(...items: Asn1[]): Asn1 {
  return universal(asn1.Type.SEQUENCE, items);
}

/** A set of values, such as one part of a name. */
export function set(...items: Asn1[]): Asn1 {
  return universal(asn1.Type.SET, items);
}

/** An object identifier from its dotted text. */
export function oid(text: string): Asn1 {
  return universal(asn1.Type.OID, asn1.oidToDer(text).getBytes());
}

/** NULL: the parameters of an RSA signature algorithm. */
export function none(): Asn1 {
  return universal(asn1.Type.NULL, '');
}

/** TRUE; FALSE is left out as a default everywhere here. */
export function yes(): Asn1 {
  return universal(asn1.Type.BOOLEAN, '\u00ff');
}

/** A whole number from its big-endian bytes, or from a small number. */
export function integer(value: number | Buffer): Asn1 {
  const bytes = typeof value === 'number' ? Buffer.from([value]) : value;
  return universal(asn1.Type.INTEGER, bytes.toString('binary'));
}

/** A text. */
export function utf8(text: string): Asn1 {
  return universal(asn1.Type.UTF8, text);
}

/** Bytes, such as an encoded value inside an extension. */
export function octets(bytes: Buffer): Asn1 {
  return universal(asn1.Type.OCTETSTRING, bytes.toString('binary'));
}

/** A bit string of whole bytes, or of named bits: trailing zero bits are then left out, as DER asks. */
export function bits(bytes: Buffer, unused = 0): Asn1 {
  return universal(asn1.Type.BITSTRING, Buffer.concat([Buffer.from([unused]), bytes]).toString('binary'));
}

/** A value under a context tag: others inside it, or bytes under an implicit tag. */
export function tagged(tag: number, value: Asn1[] | Buffer): Asn1 {
  const built = Array.isArray(value);
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, built, built ? value : value.toString('binary'));
}

/** Two digits for the year until 2049, four from 2050 on (RFC 5280, 4.1.2.5). */
export function instant(ms: number): Asn1 {
  const date = new Date(ms);
  return date.getUTCFullYear() < 2050
    ? universal(asn1.Type.UTCTIME, asn1.dateToUtcTime(date))
    : universal(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

/** The DER of a value. */
export function encode(value: Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'binary');
}

/** The value of a DER text, to be put into another one unchanged. */
export function decode(der: Uint8Array): Asn1 {
  return asn1.fromDer(Buffer.from(der).toString('binary'));
}

/** The four bytes of an IPv4 address. */
export function ipv4Bytes(address: string): Buffer {
  if (isIP(address) !== 4) throw new Error(`The lab's certificates name IPv4 addresses only, not ${address}`);
  return Buffer.from(address.split('.').map(Number));
}
