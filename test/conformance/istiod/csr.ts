/** Requests to sign, made by another library than the one that reads them. */
import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';

/** The keys that the recordings asked with. */
export type CsrKey = 'EC' | 'RSA' | 'Ed25519';

const ALGORITHMS = {
  EC: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  Ed25519: { name: 'Ed25519' },
} as const;

/** A request as PEM. It may ask for another identity, which nobody heeds. */
export async function newCsr(kind: CsrKey = 'EC', identity = 'spiffe://cluster.local/ns/app-one/sa/app'): Promise<string> {
  const algorithm = ALGORITHMS[kind];
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: '',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'url', value: identity }])],
  });
  return `${request.toString('pem')}\n`;
}
