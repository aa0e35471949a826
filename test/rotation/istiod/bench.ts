import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createAuthority, type Authority, type Issued } from '../../../lab/pki/authority.ts';
import { keyIdOf, nameOf, signCertificate } from '../../../lab/pki/sign.ts';
import { readCertificates } from '../../../src/pki/certificate.ts';
import { DAY, HOUR } from '../../../src/core/duration.ts';

/** The middle of the recordings. */
export const RECORDED_AT = Date.UTC(2026, 10, 22, 16, 30);

const life = { notBefore: RECORDED_AT - HOUR, notAfter: RECORDED_AT + 180 * DAY };
const long = { notBefore: RECORDED_AT - HOUR, notAfter: RECORDED_AT + 3650 * DAY };

export type Data = Readonly<Record<string, string>>;

/** The certificates of the recordings by their names there, made anew: the keys of the real ones are nowhere. */
export function growBench() {
  const a = createAuthority({ commonName: 'istio-root-g1', ...long });
  const b = createAuthority({ commonName: 'istio-root-g2', ...long });
  const c = createAuthority({ commonName: 'istio-root-other', ...long });
  const rsa = createAuthority({ commonName: 'istio-root-rsa', keyKind: 'RSA', ...long });
  const newKey = createAuthority({ commonName: 'istio-root-g1', ...long });
  const sub = a.issueIntermediate({ commonName: 'istio-sub', ...life });
  const ica = (root: Authority, commonName: string, more = {}) => root.issueIntermediate({ commonName, ...life, ...more });
  return {
    a,
    b,
    c,
    rsa,
    newKey,
    sub,
    renewed: renew(a),
    a1: ica(a, 'istio-ica-cluster-a'),
    a2: ica(a, 'istio-ica-cluster-a'),
    a3: ica(a, 'istio-ica-cluster-a'),
    b1: ica(b, 'istio-ica-cluster-a'),
    foreign: ica(c, 'istio-ica-foreign'),
    ofRsa: ica(rsa, 'istio-ica-rsa', { keyKind: 'RSA' }),
    expired: ica(a, 'istio-ica-expired', { notBefore: RECORDED_AT - 10 * DAY, notAfter: RECORDED_AT - DAY }),
    notYet: ica(a, 'istio-ica-notyet', { notBefore: RECORDED_AT + DAY }),
    short: ica(a, 'istio-ica-short', { notAfter: RECORDED_AT + 12_000 }),
    twoHours: ica(a, 'istio-ica-2h', { notAfter: RECORDED_AT + 20_403_000 }),
    ofSub: ica(sub, 'istio-ica-of-sub'),
    selfSigned: createAuthority({ commonName: 'istio-ica-selfsigned', ...life }),
    noCa: a.issueLeaf({ commonName: 'istio-ica-nonca', ...life }),
    ed25519: ed25519(a),
  };
}

export type Bench = ReturnType<typeof growBench>;

/** The same key and name, another validity. */
function renew(root: Authority): string {
  const key = createPrivateKey(root.keyPem);
  const request = { commonName: 'istio-root-g1', publicKey: createPublicKey(key), ca: { pathLength: undefined } };
  const signer = { key, name: nameOf('istio-root-g1'), keyId: undefined };
  return signCertificate({ ...request, notBefore: RECORDED_AT - HOUR, notAfter: RECORDED_AT + 4000 * DAY }, signer);
}

function ed25519(root: Authority): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = createPrivateKey(root.keyPem);
  const request = { commonName: 'istio-ica-ed25519', publicKey, ca: { pathLength: undefined }, ...life };
  const signer = { key, name: nameOf('istio-root-g1'), keyId: keyIdOf(createPublicKey(key)) };
  return { certificatePem: signCertificate(request, signer), keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The four files as every step has them that says nothing else. */
export function fourFiles(signing: Issued & { readonly chainPem?: string }, roots: string, top = roots): Data {
  return {
    'ca-cert.pem': signing.certificatePem,
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': (signing.chainPem ?? signing.certificatePem) + top,
    'root-cert.pem': roots,
  };
}

export function bytes(data: Data): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)]));
}

/** The name of a certificate by its fingerprint. */
export function namesOf(pems: Readonly<Record<string, string>>) {
  const names = new Map<string, string>();
  for (const [name, pem] of Object.entries(pems)) {
    const [certificate] = readCertificates(pem).certificates;
    if (certificate !== undefined) names.set(certificate.fingerprint, name);
  }
  return (fingerprint: string) => names.get(fingerprint) ?? 'unknown';
}
