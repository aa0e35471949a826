/** Signs what workloads ask for, by istiod's rules (istio: security/pkg/pki/ca/ca.go). */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { childrenOf, derOf, contentsOf, readDer, type DerNode } from '../../../src/pki/der.ts';
import { newKey, printKey, signerOf, type Issued } from '../../pki/authority.ts';
import { signCertificate } from '../../pki/sign.ts';
import type { Signing } from './authority.ts';
import { goBlocks } from './pem.ts';

const MINUTE_MS = 60_000;
/** `ClockSkewGracePeriod`: leaves begin so long before they were signed. */
const BACKDATED_MS = 2 * MINUTE_MS;
const HOUR_S = 3600;
const DEFAULT_TTL_S = 24 * HOUR_S;
const MAX_TTL_S = 2160 * HOUR_S;
/** What istiod answers to. */
export const ISTIOD_NAMES = ['istio-pilot.istio-system.svc', 'istiod-remote.istio-system.svc', 'istiod.istio-system.svc'] as const;
const SERVING_DAYS = 3650;
const DAY_MS = 86_400_000;

/** Why a request was not signed: the kind that the metric counts, and the text. */
export interface SigningFault {
  readonly kind: 'TTL_ERROR' | 'CSR_ERROR' | 'CERT_GEN_ERROR';
  readonly text: string;
}

/** A request to sign, from a caller whose identity is known. */
export interface LeafRequest {
  readonly csr: string;
  /** Seconds; zero and less means the default of a day. */
  readonly validity: number;
  readonly spiffe: string;
  readonly now: number;
  /** Whether nothing outlives its signer in this version. */
  readonly clamped: boolean;
}

/** The answer to a request: the leaf, each certificate of the chain, the whole bundle of roots; or why not. */
export function signRequest(signing: Signing, { csr, validity, spiffe, now, clamped }: LeafRequest): readonly string[] | SigningFault {
  const publicKey = requestedKey(csr);
  if (!('export' in publicKey)) return publicKey;
  if (validity > MAX_TTL_S) {
    const text = `requested TTL ${goDuration(validity)} is greater than the max allowed TTL ${goDuration(MAX_TTL_S)}`;
    return { kind: 'TTL_ERROR', text };
  }
  const end = signing.certificate.notAfter;
  if (clamped && now >= end) return { kind: 'CERT_GEN_ERROR', text: `signing certificate has expired at ${expiredAt(end)}` };
  const wanted = now + (validity > 0 ? validity : DEFAULT_TTL_S) * 1000;
  const leaf = signCertificate(
    {
      commonName: undefined,
      publicKey,
      ca: undefined,
      names: { spiffe },
      notBefore: now - BACKDATED_MS,
      notAfter: clamped ? Math.min(wanted, end) : wanted,
    },
    signerOf(signing),
  );
  return [leaf, ...signing.chain, signing.texts.roots];
}

/** istiod's own certificate for its TLS ports, as of the moment at which it began to sign with that intermediate. */
export function servingCertificate(signing: Signing): Issued {
  const key = newKey();
  const leaf = signCertificate(
    {
      commonName: undefined,
      publicKey: createPublicKey(key),
      ca: undefined,
      names: { dns: ISTIOD_NAMES },
      notBefore: signing.since - BACKDATED_MS,
      notAfter: Math.min(signing.since + SERVING_DAYS * DAY_MS, signing.certificate.notAfter),
    },
    signerOf(signing),
  );
  return { certificatePem: [leaf, ...signing.chain].join(''), keyPem: printKey(key) };
}

function requestedKey(csr: string): KeyObject | SigningFault {
  const fault = (text: string): SigningFault => ({ kind: 'CSR_ERROR', text });
  const block = goBlocks(csr).find(({ label }) => label.endsWith('CERTIFICATE REQUEST'));
  if (block === undefined) return fault('certificate signing request is not properly encoded');
  let parts: readonly DerNode[];
  let key: KeyObject;
  try {
    parts = childrenOf(readDer(block.der));
    const spki = childrenOf(parts[0])[2];
    if (spki === undefined) return fault('x509: malformed certificate request');
    key = createPublicKey({ key: derOf(spki), format: 'der', type: 'spki' });
  } catch {
    // Whatever is wrong inside, a caller is told the same.
    return fault('x509: malformed certificate request');
  }
  const [info, , signature] = parts;
  if (info === undefined || signature === undefined) return fault('x509: malformed certificate request');
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  if (verify(hash, derOf(info), key, contentsOf(signature).subarray(1))) return key;
  return fault(key.asymmetricKeyType === 'ec' ? 'x509: ECDSA verification failure' : 'crypto/rsa: verification error');
}

function goDuration(seconds: number): string {
  return `${Math.floor(seconds / HOUR_S)}h${Math.floor((seconds % HOUR_S) / 60)}m${seconds % 60}s`;
}

function expiredAt(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' +0000 UTC');
}
