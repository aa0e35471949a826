/** Lists of revoked certificates, made by @peculiar/x509. */
import { webcrypto } from 'node:crypto';
import { printPem } from '../../src/pki/pem.ts';
import { DAY, type Issued, NOW, x509 } from './issue.ts';

/** What a CA needs to sign lists as well. */
export const CRL_USAGE = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;

export interface ListOptions {
  readonly thisUpdate?: number;
  /** A day later by default; null leaves it out. */
  readonly nextUpdate?: number | null;
  readonly revokes?: readonly Issued[];
}

export async function listBy({ native, keys }: Issued, { thisUpdate = NOW, nextUpdate, revokes = [] }: ListOptions = {}): Promise<string> {
  const list = await x509.X509CrlGenerator.create(
    {
      issuer: native.subject,
      thisUpdate: new Date(thisUpdate),
      ...(nextUpdate === null ? {} : { nextUpdate: new Date(nextUpdate ?? NOW + DAY) }),
      entries: revokes.map(({ native: { serialNumber } }) => ({ serialNumber, revocationDate: new Date(NOW) })),
      signingKey: keys.privateKey,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    },
    webcrypto,
  );
  return printPem('X509 CRL', new Uint8Array(list.rawData));
}
