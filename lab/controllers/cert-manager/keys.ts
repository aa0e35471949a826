/** Private keys as cert-manager makes, prints and judges them. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { remember } from '../../pki/keys.ts';
import type { CertificateSpec } from './spec.ts';

const CURVES: Readonly<Record<number, string>> = { 256: 'prime256v1', 384: 'secp384r1', 521: 'secp521r1' };
const RSA_SIZES = { smallest: 2048, largest: 8192 };

type KeyWish = Pick<CertificateSpec, 'algorithm' | 'size'>;

/** A new key; undefined where cert-manager refuses the size and waits for ever. */
export function newKey({ algorithm, size }: KeyWish): KeyObject | undefined {
  if (algorithm === 'Ed25519') return generateKeyPairSync('ed25519').privateKey;
  if (algorithm === 'ECDSA') {
    const namedCurve = CURVES[size ?? 256];
    return namedCurve === undefined ? undefined : generateKeyPairSync('ec', { namedCurve }).privateKey;
  }
  const modulusLength = size ?? RSA_SIZES.smallest;
  const fits = modulusLength >= RSA_SIZES.smallest && modulusLength <= RSA_SIZES.largest;
  return fits ? generateKeyPairSync('rsa', { modulusLength }).privateKey : undefined;
}

/** The key as PEM: PKCS #8, or the form of its own kind. */
export function printKey(key: KeyObject, pkcs8: boolean): string {
  const native = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return remember(key.export({ type: pkcs8 ? 'pkcs8' : native, format: 'pem' }).toString());
}

/** The private key of a PEM text, or undefined. */
export function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // Not a key is an answer here: the callers say it in a condition.
    return undefined;
  }
}

/**
 * True where a public key belongs to a private one. `equals` is not used: of two kinds of keys it leaves an error behind in OpenSSL, and
 * the next key that is read then fails.
 */
export function belongsTo(publicKey: KeyObject, key: KeyObject): boolean {
  return spkiOf(createPublicKey(key)).equals(spkiOf(publicKey));
}

function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** The fields of the spec that a key does not fulfil. */
export function keyViolations(key: KeyObject, { algorithm, size }: KeyWish): string[] {
  const kinds: Readonly<Record<string, string>> = { RSA: 'rsa', ECDSA: 'ec', Ed25519: 'ed25519' };
  if (key.asymmetricKeyType !== kinds[algorithm]) return ['spec.privateKey.algorithm'];
  if (algorithm === 'Ed25519') return [];
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const fits = algorithm === 'RSA' ? modulusLength === (size ?? RSA_SIZES.smallest) : namedCurve === CURVES[size ?? 256];
  return fits ? [] : ['spec.privateKey.size'];
}
