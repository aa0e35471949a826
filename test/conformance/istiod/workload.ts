/** Workloads with certificates of their own. */
import { createPublicKey } from 'node:crypto';
import { newKey, printKey, signerOf } from '../../../lab/pki/authority.ts';
import { signCertificate } from '../../../lab/pki/sign.ts';
import type { NamedCertificates } from './pki.ts';

/** What a workload shows: its leaf with the intermediate behind it, and its key. */
export function workloadCertificate(pki: NamedCertificates, signer: string, now: number): { cert: string; key: string } {
  const key = newKey();
  const authority = pki.get(signer);
  const leaf = signCertificate(
    {
      commonName: undefined,
      publicKey: createPublicKey(key),
      ca: undefined,
      names: { spiffe: 'spiffe://cluster.local/ns/app-one/sa/app' },
      notBefore: now - 60_000,
      notAfter: now + 86_400_000,
    },
    signerOf(authority),
  );
  return { cert: leaf + authority.certificatePem, key: printKey(key) };
}
