/** The authority that istiod makes for itself where nobody plugged one in: kept in `istio-ca-secret`, made where it is missing. */
import { createPublicKey } from 'node:crypto';
import { textAt } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';
import { newKey, printKey } from '../../pki/authority.ts';
import { nameOf, signCertificate } from '../../pki/sign.ts';
import type { SelfSigned } from './authority.ts';

const SECRET = 'istio-ca-secret';
const DAY_MS = 86_400_000;
const LIFE_MS = 3650 * DAY_MS;
const ORGANIZATION = 'cluster.local';

/** Finds it or makes it. */
export function selfSignedOf(store: ObjectStore, namespace: string, now: number): SelfSigned {
  const found = store.get('Secret', namespace, SECRET);
  const text = (key: string): string => Buffer.from(textAt(found, 'data', key) ?? '', 'base64').toString();
  if (found !== undefined) return { certificatePem: text('ca-cert.pem'), keyPem: text('ca-key.pem'), found: true };
  const made = make(now);
  const base64 = (value: string): string => Buffer.from(value).toString('base64');
  const data = {
    'ca-cert.pem': base64(made.certificatePem),
    'ca-key.pem': base64(made.keyPem),
    'cert-chain.pem': '',
    'key.pem': '',
    'root-cert.pem': base64(made.certificatePem),
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: SECRET }, type: 'istio.io/ca-root', data };
  store.put(secret, { manager: 'pilot-discovery' });
  return { ...made, found: false };
}

function make(now: number): Omit<SelfSigned, 'found'> {
  const key = newKey('RSA');
  const request = {
    commonName: undefined,
    organization: ORGANIZATION,
    publicKey: createPublicKey(key),
    ca: { pathLength: undefined },
    notBefore: now,
    notAfter: now + LIFE_MS,
  };
  const certificatePem = signCertificate(request, { key, name: nameOf(undefined, ORGANIZATION), keyId: undefined });
  return { certificatePem, keyPem: printKey(key) };
}
