import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Secret } from '../core/secret.ts';
import { childrenOf, DerError, type DerNode, isType, readDer } from './der.ts';
import { type InputFaultCode, limitFaults, type Read } from './fault.ts';
import { type PemBlock, printPem, readPem, shownLabel } from './pem.ts';
import { fingerprintOfKey, type KeyKind, kindOfKey } from './public-key.ts';

/** A private key, read: what may be shown of it, and the key itself as a secret. */
export interface PrivateKey {
  readonly kind: KeyKind;
  /** SHA-256 over the SubjectPublicKeyInfo: equal to that of its certificate. */
  readonly publicKeyFingerprint: string;
  readonly key: Secret<KeyObject>;
  /** Its block in canonical PEM, in the form it had (PKCS#1, SEC1 or PKCS#8). */
  readonly pem: Secret;
  /** The text is, byte for byte, that canonical PEM. */
  readonly canonical: boolean;
}

/** The block labels that istiod accepts (istio: security/pkg/pki/util/crypto.go). */
const FORMS: Readonly<Record<string, 'pkcs1' | 'sec1' | 'pkcs8'>> = {
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
  'PRIVATE KEY': 'pkcs8',
};

/** Reads a PEM text that holds exactly one private key, without a passphrase, and nothing else. No fault shows anything of it. */
export function readPrivateKey(text: string | Uint8Array): Read<PrivateKey> {
  const pem = readPem(text);
  const [block] = pem.blocks;
  if (pem.faults.length > 0) return { ok: false, faults: limitFaults(pem.faults) };
  if (block === undefined) return refuse('no-block', undefined, 'There is no PEM block in it.');
  const keys = pem.blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (keys.length > 1) return refuse('two-keys', keys[1]?.line, `There are ${keys.length} private keys in it, and only one belongs there.`);
  const wrong = pem.blocks.find(({ label }) => !label.endsWith('PRIVATE KEY'));
  if (wrong !== undefined) {
    return refuse(
      'wrong-block',
      wrong.line,
      `Line ${wrong.line}: a block ${shownLabel(wrong.label)} stands where one private key belongs.`,
    );
  }
  return readBlock(block, pem.canonical);
}

function readBlock(block: PemBlock, canonical: boolean): Read<PrivateKey> {
  const form = FORMS[block.label];
  if (block.label === 'ENCRYPTED PRIVATE KEY' || block.headers.length > 0) {
    return refuse('encrypted', block.line, 'The private key is under a passphrase, and istiod cannot ask for it.');
  }
  if (form === undefined) return refuse('wrong-block', block.line, `A private key ${shownLabel(block.label)} is not read by istiod.`);
  try {
    if (formOf(readDer(block.der)) !== form)
      return refuse('bad-key', block.line, 'The private key is not of the form that its label says.');
    const key = createPrivateKey({ key: Buffer.from(block.der), format: 'der', type: form });
    if (!isWhole(key))
      return refuse('bad-key', block.line, 'The private key is damaged: what it signs does not verify with its own public half.');
    const facts = { kind: kindOfKey(key), publicKeyFingerprint: fingerprintOfKey(key), canonical };
    return { ok: true, value: { ...facts, key: new Secret(key), pem: new Secret(printPem(block.label, block.der)) } };
  } catch (error) {
    // The cause stays here: what a parser says about a private key may quote it.
    const why = error instanceof DerError ? error.message : 'is refused by OpenSSL';
    return refuse('bad-key', block.line, `The private key ${why}.`);
  }
}

/** What the second element tells: a modulus, a scalar or an algorithm. OpenSSL takes any of the three under each label, istiod does not. */
function formOf(node: DerNode): 'pkcs1' | 'sec1' | 'pkcs8' | undefined {
  const [, second] = childrenOf(node);
  if (isType(second, 'INTEGER')) return 'pkcs1';
  if (isType(second, 'OCTETSTRING')) return 'sec1';
  return isType(second, 'SEQUENCE') ? 'pkcs8' : undefined;
}

/** Signs and verifies. OpenSSL reads a damaged key without a word, and its public half may still be that of its certificate. */
function isWhole(key: KeyObject): boolean {
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const probe = Buffer.from('meshwarden');
  try {
    return verify(digest, probe, createPublicKey(key), sign(digest, probe, key));
  } catch {
    // Thrown by damaged RSA keys and by keys that cannot sign at all.
    return false;
  }
}

function refuse(code: InputFaultCode, line: number | undefined, text: string): Read<PrivateKey> {
  return { ok: false, faults: [{ code, line, text }] };
}
