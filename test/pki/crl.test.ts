import { describe, expect, it } from 'vitest';
import { checkCrls, readCrls, type CrlFault } from '../../src/pki/crl.ts';
import { CRL_USAGE, listBy } from './crls.ts';
import { DAY, issue, NOW } from './issue.ts';
import { pem } from './mesh-ca.ts';

const root = await issue({ name: 'root', usage: CRL_USAGE, notAfter: NOW + 3650 * DAY });
const signing = await issue({ name: 'signing', usage: CRL_USAGE, by: root });
const stolen = await issue({ name: 'stolen', usage: CRL_USAGE, by: root });
const twin = await issue({ name: 'root', usage: CRL_USAGE });
const chain = [signing.certificate, root.certificate];
const OWN = await listBy(signing);

function check(text: string, of = chain): readonly CrlFault[] {
  return checkCrls({ text, chain: of, now: NOW + 1 });
}

describe('lists of revoked certificates', () => {
  it('of every CA of the chain can be put beside it', async () => {
    expect(check((await listBy(root, { revokes: [stolen] })) + OWN)).toEqual([]);
  });

  it('tell their issuer, their times and what they revoke', async () => {
    const { lists, faults } = readCrls(await listBy(root, { revokes: [stolen, signing] }));
    expect(faults).toEqual([]);
    expect(lists).toEqual([
      {
        issuer: 'CN=root',
        issuerDer: root.certificate.subjectDer,
        thisUpdate: NOW,
        nextUpdate: NOW + DAY,
        revoked: [stolen.certificate.serial, signing.certificate.serial],
        signed: expect.any(Uint8Array),
        algorithm: '1.2.840.10045.4.3.2',
        signature: expect.any(Uint8Array),
      },
    ]);
  });

  it('of which one is missing', async () => {
    expect(check(await listBy(root))).toEqual([{ code: 'uncovered', text: 'There is no list of CN=signing.' }]);
  });

  it('of somebody else', async () => {
    expect(check((await listBy(root)) + OWN + (await listBy(stolen)))).toEqual([
      { code: 'unknown-issuer', text: 'The list of CN=stolen is of no CA of the chain.' },
    ]);
  });

  it('that another key signed in the name of a CA', async () => {
    expect(check((await listBy(twin)) + OWN)).toEqual([
      { code: 'bad-signature', text: 'The list of CN=root is not signed by its key.' },
      { code: 'uncovered', text: 'There is no list of CN=root.' },
    ]);
  });

  it('that ended, that begin later, that never end', async () => {
    const codes = async (options: Parameters<typeof listBy>[1]): Promise<readonly CrlFault[]> => check((await listBy(root, options)) + OWN);
    expect(await codes({ thisUpdate: NOW - DAY, nextUpdate: NOW })).toEqual([
      { code: 'expired', text: 'The list of CN=root ended at 2026-03-01T00:00:00Z.' },
    ]);
    expect(await codes({ thisUpdate: NOW + 1_000 })).toEqual([
      { code: 'not-yet-valid', text: 'The list of CN=root is valid only from 2026-03-01T00:00:01Z.' },
    ]);
    expect(await codes({ nextUpdate: null })).toEqual([
      { code: 'no-next-update', text: 'The list of CN=root does not say when the next one comes.' },
    ]);
  });

  it('that revoke what is to be published', async () => {
    expect(check((await listBy(root, { revokes: [signing] })) + OWN)).toEqual([
      { code: 'revokes-chain', text: 'The list of CN=root revokes CN=signing itself.' },
    ]);
  });

  it('of a CA that may not sign any', async () => {
    const plain = await issue({ name: 'plain', by: root });
    expect(check((await listBy(root)) + (await listBy(plain)), [plain.certificate, root.certificate])).toEqual([
      { code: 'no-crl-sign', text: 'CN=plain may not sign lists (its key usage lacks cRLSign), so that istiod takes none from it.' },
    ]);
  });

  it.each([
    ['', [{ code: 'no-block', text: 'There is no PEM block in it.' }]],
    [
      '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n',
      [{ code: 'bad-crl', text: expect.stringMatching(/^Line 1: the list lacks /) }],
    ],
    ['-----BEGIN X509 CRL-----\n', [{ code: 'truncated', text: 'Line 1: the block that begins here has no END.' }]],
    [pem(root), [{ code: 'wrong-block', text: 'Line 1: a block CERTIFICATE stands where lists belong.' }]],
    [signing.keyPem, [{ code: 'private-key', text: 'Line 1: a private key stands where lists belong.' }]],
  ])('that are none: %#', (text, faults) => {
    expect(readCrls(text)).toEqual({ lists: [], faults });
    expect(check(text).slice(faults.length)).toEqual([
      { code: 'uncovered', text: 'There is no list of CN=signing.' },
      { code: 'uncovered', text: 'There is no list of CN=root.' },
    ]);
  });
});
