import { describe, expect, it } from 'vitest';
import { withoutCrl } from '../../../src/rotation/istiod/crl.ts';
import { CRL_USAGE, listBy } from '../../pki/crls.ts';
import { DAY, issue, NOW } from '../../pki/issue.ts';

const root = await issue({ name: 'root', usage: CRL_USAGE, notAfter: NOW + 3650 * DAY });
const intermediate = await issue({ name: 'intermediate', usage: CRL_USAGE, by: root });
const twin = await issue({ name: 'root', usage: CRL_USAGE });
const chain = [intermediate.certificate, root.certificate];

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

  it('is an authority that may not sign one, for Go asks for cRLSign', async () => {
    const plain = await issue({ name: 'plain', by: root });
    expect(withoutCrl(await listBy(plain), [plain.certificate]).map(({ subject }) => subject)).toEqual(['CN=plain']);
  });

  it.each(['', 'no list', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'])('is everybody for %j', (text) => {
    expect(namesWithout(text)).toEqual(['CN=intermediate', 'CN=root']);
  });
});
