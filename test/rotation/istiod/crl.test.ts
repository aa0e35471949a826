import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { printPem } from '../../../src/pki/pem.ts';
import { withoutCrl } from '../../../src/rotation/istiod/crl.ts';
import { DAY, issue, type Issued, NOW, x509 } from '../../pki/issue.ts';

const root = await issue({ name: 'root', notAfter: NOW + 3650 * DAY });
const intermediate = await issue({ name: 'intermediate', by: root });
const twin = await issue({ name: 'root' });
const chain = [intermediate.certificate, root.certificate];

async function listBy({ native, keys }: Issued): Promise<string> {
  const options = { issuer: native.subject, thisUpdate: new Date(NOW), nextUpdate: new Date(NOW + DAY), entries: [] };
  const signed = { ...options, signingKey: keys.privateKey, signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' } };
  return printPem('X509 CRL', new Uint8Array((await x509.X509CrlGenerator.create(signed, webcrypto)).rawData));
}

function namesWithout(text: string): readonly string[] {
  return withoutCrl(text, chain).map(({ subject }) => subject);
}

describe('who has no list of revoked certificates', () => {
  it('is nobody where every authority signed one', async () => {
    expect(namesWithout((await listBy(root)) + (await listBy(intermediate)))).toEqual([]);
  });

  it('is whoever signed none', async () => {
    expect(namesWithout(await listBy(root))).toEqual(['CN=intermediate']);
  });

  it('is an authority of whose name another key signed one', async () => {
    expect(namesWithout((await listBy(twin)) + (await listBy(intermediate)))).toEqual(['CN=root']);
  });

  it.each(['', 'no list', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'])('is everybody for %j', (text) => {
    expect(namesWithout(text)).toEqual(['CN=intermediate', 'CN=root']);
  });
});
