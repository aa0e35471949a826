/** How issuers sign: with the key of a Secret, or with the request's own. No backdating, no clamping to the life of the issuer. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { printCertificates, readCertificates, type Certificate } from '../../../src/pki/certificate.ts';
import { fieldsAt, listAt, textAt, type KubeObject } from '../../kubernetes/object.ts';
import { keyIdOf, nameOf, signCertificate, type CertificateRequest, type Signer } from '../../pki/sign.ts';
import { parseDuration } from './durations.ts';
import { csrOf, type SecretFacts } from './facts.ts';
import { belongsTo } from './keys.ts';
import { DEFAULT_DURATION_MS } from './spec.ts';

/** What an issuer answers to a request. */
export type Signed = { readonly certificate: string; readonly ca: string } | { readonly failed: string };

const UNREADABLE = 'Error generating certificate template: the request cannot be decoded';

/** Bits of the key usage (RFC 5280, 4.2.1.3) by the names of cert-manager. */
const USAGES: Readonly<Record<string, number>> = {
  signing: 0x80,
  'digital signature': 0x80,
  'content commitment': 0x40,
  'key encipherment': 0x20,
  'data encipherment': 0x10,
  'key agreement': 0x08,
  'cert sign': 0x04,
  'crl sign': 0x02,
};
const DEFAULT_USAGES = ['digital signature', 'key encipherment'];

/** `cert sign` is added to a CA whatever is asked for. */
function usagesOf(request: KubeObject): Required<Pick<CertificateRequest, 'usage' | 'purposes'>> {
  const listed = listAt(request, 'spec', 'usages').map(String);
  const isCa = fieldsAt(request, 'spec')['isCA'] === true;
  const asked = [...(listed.length === 0 ? DEFAULT_USAGES : listed), ...(isCa ? ['cert sign'] : [])];
  const byte = asked.reduce((bits, one) => bits | (USAGES[one] ?? 0), 0);
  const unused = byte === 0 ? 0 : Math.log2(byte & -byte);
  const purposes = [
    ...(asked.includes('server auth') ? (['serverAuth'] as const) : []),
    ...(asked.includes('client auth') ? (['clientAuth'] as const) : []),
  ];
  return { usage: { byte, unused }, purposes };
}

function templateOf(request: KubeObject, now: number): CertificateRequest | undefined {
  const csr = csrOf(request);
  if (csr === undefined) return undefined;
  const text = textAt(request, 'spec', 'duration');
  const notBefore = Math.floor(now / 1000) * 1000;
  const [spiffe] = csr.uris;
  const named = csr.dnsNames.length + csr.uris.length + csr.ipAddresses.length > 0;
  return {
    ...usagesOf(request),
    commonName: csr.commonName,
    publicKey: csr.publicKey,
    notBefore,
    notAfter: notBefore + ((text === undefined ? undefined : parseDuration(text)) ?? DEFAULT_DURATION_MS),
    ca: fieldsAt(request, 'spec')['isCA'] === true ? { pathLength: undefined } : undefined,
    ...(named ? { names: { dns: csr.dnsNames, ip: csr.ipAddresses, ...(spiffe === undefined ? {} : { spiffe }) } } : {}),
  };
}

/** As the issuer `selfSigned`: the certificate is its own authority. */
export function signWithOwnKey(request: KubeObject, key: KeyObject, now: number): Signed {
  const template = templateOf(request, now);
  if (template === undefined) return { failed: UNREADABLE };
  const certificate = signCertificate(template, { key, name: nameOf(template.commonName), keyId: undefined });
  return { certificate, ca: certificate };
}

/** As an issuer `ca`. That key and certificate of its Secret belong together is found out only here. */
export function signWithAuthority(request: KubeObject, issuer: SecretFacts, now: number): Signed {
  const template = templateOf(request, now);
  const [authority] = issuer.certificates;
  if (template === undefined || authority === undefined) return { failed: UNREADABLE };
  const { key, publicKey } = issuer;
  if (key === undefined || publicKey === undefined || !belongsTo(publicKey, key)) {
    return {
      failed: "Error signing certificate: error creating x509 certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    };
  }
  const signer: Signer = { key, name: Buffer.from(authority.subjectDer, 'hex'), keyId: keyIdOf(createPublicKey(key)) };
  const pem = signCertificate(template, signer);
  return bundle(pem, [...issuer.certificates, ...issuer.authorities]);
}

/** The chain without its root, and the top of it: the root where the issuer's Secret holds it. */
function bundle(pem: string, above: readonly Certificate[]): Signed {
  const chain = [...readCertificates(pem).certificates];
  for (let top = chain.at(-1); top !== undefined && !top.selfSigned; top = chain.at(-1)) {
    const { issuerDer } = top;
    const next = above.find((one) => one.subjectDer === issuerDer && !chain.includes(one));
    if (next === undefined) break;
    chain.push(next);
  }
  return { certificate: printCertificates(chain.filter(({ selfSigned }) => !selfSigned)), ca: printCertificates(chain.slice(-1)) };
}
