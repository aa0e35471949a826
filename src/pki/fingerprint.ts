import { createHash } from 'node:crypto';

/** SHA-256 as upper-case hex with colons, the way openssl and browsers show it. */
export function sha256(bytes: Uint8Array | string): string {
  return colonHex(createHash('sha256').update(bytes).digest());
}

/** Bytes as upper-case hex with colons. */
export function colonHex(bytes: Buffer): string {
  return (bytes.toString('hex').toUpperCase().match(/../g) ?? []).join(':');
}
