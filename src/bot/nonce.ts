import { createHash } from 'node:crypto';

/** Makes Discord drop a second copy of what carries the same text, for some minutes. At most 25 characters, as Discord asks. */
export function nonce(text: string): { readonly nonce: string; readonly enforce_nonce: true } {
  return { nonce: createHash('sha256').update(text).digest('base64url').slice(0, 24), enforce_nonce: true };
}
