import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from './fingerprint.ts';

/** The kinds of keys that istiod and its peers know; `other` for the rest. */
export type KeyKind = 'RSA' | 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'other';

const CURVES: Readonly<Record<string, KeyKind>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** SHA-256 over the SubjectPublicKeyInfo of a public key, or of the public half of a private one. */
export function fingerprintOfKey(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return sha256(half.export({ type: 'spki', format: 'der' }));
}

export function kindOfKey(key: KeyObject): KeyKind {
  if (key.asymmetricKeyType === 'rsa') return 'RSA';
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519';
  return CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'other';
}
