import forge from 'node-forge';

/** An ASN.1 element. Everything it tells is exact: the reader refuses encodings that are not DER. */
export type DerNode = forge.asn1.Asn1;

/** What stands at a place is not what belongs there. Thrown inside this room only: its readers turn it into a fault. */
export class DerError extends Error {}

const { Type, Class } = forge.asn1;

/** Certificates of a mesh have less than 2 KiB, keys less than 10; reading deeply nested bytes takes more than linear time. */
const MAX_DER_LENGTH = 64 * 1024;

/**
 * Reads one element that takes all of `bytes`.
 *
 * @throws DerError where the bytes are not DER, where others follow, or where they are more than {@link MAX_DER_LENGTH}.
 */
export function readDer(bytes: Uint8Array): DerNode {
  if (bytes.length > MAX_DER_LENGTH) throw new DerError(`is longer than ${MAX_DER_LENGTH} bytes`);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('binary');
  let node: DerNode;
  try {
    node = forge.asn1.fromDer(source, true);
  } catch (error) {
    throw new DerError('is not DER', { cause: error });
  }
  // The parser also takes lengths and integers that are longer than needed; names are compared by their bytes, so only one form may pass.
  if (forge.asn1.toDer(node).getBytes() !== source) throw new DerError('is not DER in its one canonical form');
  return node;
}

/** The bytes of an element with its tag and length. */
export function derOf(node: DerNode): Buffer {
  return Buffer.from(forge.asn1.toDer(node).getBytes(), 'binary');
}

/** The bytes inside an element, after its tag and length. */
export function contentsOf(node: DerNode): Buffer {
  const der = derOf(node);
  const length = der[1] ?? 0;
  return der.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
}

/** The elements inside a constructed one. */
export function childrenOf(node: DerNode | undefined): readonly DerNode[] {
  if (node === undefined || !Array.isArray(node.value)) throw new DerError('lacks a part that belongs there');
  return node.value;
}

/** Context-specific tag `[number]`. */
export function isTagged(node: DerNode | undefined, number: number): node is DerNode {
  const tag: number | undefined = node?.type;
  return node?.tagClass === Class.CONTEXT_SPECIFIC && tag === number;
}

export function isType(node: DerNode | undefined, type: keyof typeof Type): node is DerNode {
  return node?.tagClass === Class.UNIVERSAL && node.type === Type[type];
}

/** An OBJECT IDENTIFIER as dotted text. */
export function oidOf(node: DerNode | undefined): string {
  if (!isType(node, 'OID') || typeof node.value !== 'string') throw new DerError('lacks an object identifier');
  return forge.asn1.derToOid(node.value);
}

/** A BOOLEAN, in one of its two encodings. */
export function booleanOf(node: DerNode): boolean {
  const [byte, ...rest] = contentsOf(node);
  if (rest.length > 0 || (byte !== 0 && byte !== 0xff)) throw new DerError('holds a truth value that is none');
  return byte === 0xff;
}

/** A small INTEGER that is not negative. */
export function smallIntegerOf(node: DerNode | undefined): number {
  if (!isType(node, 'INTEGER')) throw new DerError('lacks an integer');
  const bytes = contentsOf(node);
  if (bytes.length === 0 || bytes.length > 4) throw new DerError('holds an integer out of range');
  const value = bytes.readIntBE(0, bytes.length);
  if (value < 0) throw new DerError('holds a negative integer');
  return value;
}

/** UTCTime or GeneralizedTime as RFC 5280 wants them (UTC, whole seconds), in milliseconds. */
export function instantOf(node: DerNode | undefined): number {
  if (!isType(node, 'UTCTIME') && !isType(node, 'GENERALIZEDTIME')) throw new DerError('lacks an instant');
  const text = contentsOf(node).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [, year, month, day, hour, minute, second] = match ?? [];
  if (year === undefined || year.length !== (isType(node, 'UTCTIME') ? 2 : 4)) throw new DerError('holds an instant that is none');
  const full = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
  const instant = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A day that its month does not have is taken for one of the next month.
  if (Number.isNaN(instant) || new Date(instant).getUTCDate() !== Number(day)) throw new DerError('holds an instant that is none');
  return instant;
}
