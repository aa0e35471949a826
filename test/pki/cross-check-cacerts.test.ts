import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectCacerts } from '../../src/pki/cacerts.ts';
import { crossCheckCacerts, type CrossCheckOptions } from '../../src/pki/cross-check-cacerts.ts';
import { bytesOf, fixtures, FIXTURES_AT, recordedCertificates } from './golden.ts';
import { DAY, issue, NOW, x509 } from './issue.ts';
import { cacertsData, createMeshCa, createRoot, type MeshCa, pem } from './mesh-ca.ts';

let ca: MeshCa;
beforeAll(async () => {
  ca = await createMeshCa();
});

/** Code, key and sentence of each fault. */
function check(data: Readonly<Record<string, Uint8Array>>, options: Partial<CrossCheckOptions> = {}) {
  return crossCheckCacerts(inspectCacerts(data), { now: NOW, skewMs: 60_000, ...options }).map(({ code, key, text }) => [code, key, text]);
}

describe('src/pki/cross-check-cacerts.ts', () => {
  test('is silent about a healthy one, about a list of revoked certificates in it, and when it is to be published', () => {
    expect(check(cacertsData(ca, { 'ca-crl.pem': 'anything' }), { promotion: { renewBeforeMs: 60 * DAY } })).toEqual([]);
  });

  test('is silent about two roots in a rotation, in either order, and about the old and the renewed root of one key', async () => {
    const next = await createRoot('mesh-root-g2');
    const renewed = await createRoot('mesh-root-g1', { keys: ca.root.keys, notAfter: NOW + 7000 * DAY });
    const bundles = [pem(ca.root, next), pem(next, ca.root), pem(ca.root, renewed)];
    expect(bundles.map((bundle) => check(cacertsData(ca, { 'root-cert.pem': bundle })))).toEqual([[], [], []]);
  });

  test('is silent about a chain of two intermediates', async () => {
    const lower = await issue({ name: 'lower', by: ca.signing, notAfter: NOW + 80 * DAY });
    const chain = pem(lower, ca.signing, ca.root);
    expect(check(cacertsData({ root: ca.root, signing: lower }, { 'cert-chain.pem': chain }))).toEqual([]);
  });

  const supported = Object.entries(fixtures.intermediates).filter(([name]) => !/^(p521|ed25519)/.test(name));
  test.each(supported)('is silent about the fixture %s', (_, { secret }) => {
    expect(check(asCacerts(secret.data), { now: FIXTURES_AT })).toEqual([]);
  });

  test.each([
    ['p521', 'P-521'],
    ['ed25519', 'Ed25519'],
    ['ed25519-pkcs8', 'Ed25519'],
  ])('refuses the kind of key of the fixture %s', (name, kind) => {
    const secret = fixtures.intermediates[name]?.secret;
    expect(secret === undefined ? [] : check(asCacerts(secret.data), { now: FIXTURES_AT })).toEqual([
      ['key-kind', 'ca-key.pem', `The key is of the kind ${kind}; RSA, P-256 and P-384 are known to work.`],
    ]);
  });

  test('names the mistake of the guide', () => {
    const pems = recordedCertificates('guide-wrong-setup').map(([, { pem }]) => pem);
    const [root = '', signing = ''] = pems.slice(1);
    const data = { 'ca-cert.pem': signing, 'cert-chain.pem': signing + root, 'root-cert.pem': root };
    const text = (name: string) => `CN=${name}`;
    const intermediate = text('istio-intermediate-ca-cluster-a.istio-system.svc.cluster.local');
    const bytes = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
    expect(check(bytes, { now: FIXTURES_AT })).toEqual([
      ['incomplete', undefined, 'It lacks ca-key.pem, so that istiod does not start.'],
      ['self-signed', 'ca-cert.pem', `${intermediate} is self-signed: it is a root of this cluster alone, not an intermediate.`],
      ['chain-foreign', 'cert-chain.pem', `CN=homelab-istio-root-ca did not issue ${intermediate}, after which it stands.`],
    ]);
  });

  describe('the Secret', () => {
    test.each<[string, Record<string, string | undefined>, [string, undefined, string][]]>([
      [
        'that holds none of the four',
        { 'ca-cert.pem': undefined, 'ca-key.pem': undefined, 'cert-chain.pem': undefined, 'root-cert.pem': undefined },
        [['empty', undefined, 'It holds none of the four files, so that istiod starts with a self-signed CA of its own.']],
      ],
      [
        'that lacks two',
        { 'ca-key.pem': undefined, 'cert-chain.pem': undefined },
        [['incomplete', undefined, 'It lacks ca-key.pem, cert-chain.pem, so that istiod does not start.']],
      ],
      [
        'that is in the style of cert-manager',
        {
          'ca-cert.pem': undefined,
          'ca-key.pem': undefined,
          'cert-chain.pem': undefined,
          'root-cert.pem': undefined,
          'tls.crt': '',
          'tls.key': '',
          'ca.crt': '',
        },
        [
          ['empty', undefined, 'It holds none of the four files.'],
          [
            'foreign-keys',
            undefined,
            'Keys that do not belong there: ca.crt, tls.crt, tls.key; istiod takes tls.crt and its companions instead of the four files.',
          ],
        ],
      ],
      [
        'of the self-signed mode of istiod',
        { 'istio-generated': '' },
        [['foreign-keys', undefined, 'Keys that do not belong there: istio-generated.']],
      ],
    ])('%s', (_, changes, faults) => {
      expect(check(cacertsData(ca, changes))).toEqual(faults);
    });

    test('with garbage in one key tells only that', () => {
      expect(check(cacertsData(ca, { 'root-cert.pem': 'garbage' }))).toEqual([
        ['unreadable', 'root-cert.pem', 'There is no PEM block in it.'],
      ]);
    });

    test('with bytes that are not canonical', () => {
      expect(check(cacertsData(ca, { 'root-cert.pem': pem(ca.root).trimEnd() }))).toEqual([
        ['not-canonical', 'root-cert.pem', 'It is not printed canonically (64 columns, LF, one newline at the end).'],
      ]);
    });
  });

  describe('the signing certificate', () => {
    test('with the key of another', () => {
      expect(check(cacertsData(ca, { 'ca-key.pem': ca.sibling.keyPem }))).toEqual([
        ['key-mismatch', 'ca-key.pem', 'The private key is not that of CN=istio-ica-east in ca-cert.pem.'],
      ]);
    });

    test('under another root', async () => {
      const other = await createRoot('other');
      expect(check(cacertsData(ca, { 'root-cert.pem': pem(other) }))).toEqual([
        ['untrusted', 'ca-cert.pem', 'CN=mesh-root-g1 is self-signed and not among the roots.'],
      ]);
    });

    test('that is expired, that is about to, and that is not there yet for a slow clock', () => {
      const { notBefore, notAfter } = ca.signing.certificate;
      const data = cacertsData(ca);
      expect([check(data, { now: notAfter + 1 }), check(data, { now: notAfter - DAY + 1 }), check(data, { now: notAfter - DAY })]).toEqual([
        [['untrusted', 'ca-cert.pem', 'CN=istio-ica-east expired at 2026-05-30T00:00Z.']],
        [['untrusted-soon', 'ca-cert.pem', 'Within 24 hours it verifies no more: CN=istio-ica-east expired at 2026-05-30T00:00Z.']],
        [],
      ]);
      expect([check(data, { now: notBefore + 59_999 }), check(data, { now: notBefore + 60_000 })]).toEqual([
        [
          [
            'too-fresh',
            'ca-cert.pem',
            'For a clock that is 1 min behind it does not verify: CN=istio-ica-east is valid only from 2026-02-28T00:00Z.',
          ],
        ],
        [],
      ]);
    });

    test.each<[string, Parameters<typeof issue>[0], string]>([
      ['that is no CA', { name: 'x', ca: false }, 'CN=x is no CA (no basicConstraints CA:TRUE).'],
      [
        'that may not sign',
        { name: 'x', usage: x509.KeyUsageFlags.digitalSignature },
        'CN=x may not sign certificates (its key usage lacks keyCertSign).',
      ],
      [
        'with the usage client auth alone',
        { name: 'x', extendedUsage: ['1.3.6.1.5.5.7.3.2'] },
        'CN=x has extended key usages that leave out what it is used for.',
      ],
    ])('%s', async (_, options, text) => {
      const signing = await issue({ ...options, by: ca.root });
      expect(check(cacertsData({ root: ca.root, signing }))).toEqual([['untrusted', 'ca-cert.pem', text]]);
    });

    test('under a root whose path length leaves no room for workloads', async () => {
      const root = await createRoot('closed', { pathLength: 0 });
      const signing = await issue({ name: 'x', by: root });
      expect(check(cacertsData({ root, signing }))).toEqual([
        ['untrusted', 'ca-cert.pem', 'CN=closed allows 0 CA certificates below it, and there are 1.'],
      ]);
    });

    test('that outlives its root', async () => {
      const root = await createRoot('short', { notAfter: NOW + 80 * DAY });
      const signing = await issue({ name: 'x', by: root });
      expect(check(cacertsData({ root, signing }))).toEqual([
        ['outlives-issuer', 'ca-cert.pem', 'CN=x lives longer than its issuer CN=short.'],
      ]);
    });

    test.each<[string, number, number, string[]]>([
      ['half of renewBefore and a moment', 30 * DAY + 1, 60 * DAY, []],
      ['half of renewBefore', 30 * DAY, 60 * DAY, ['short-life']],
      ['two days and a moment', 2 * DAY + 1, DAY, []],
      ['two days', 2 * DAY, DAY, ['short-life']],
    ])('that is to be published with %s left', (_, left, renewBeforeMs, codes) => {
      const now = ca.signing.certificate.notAfter - left;
      const faults = check(cacertsData(ca), { now, promotion: { renewBeforeMs } });
      expect(faults.map(([code]) => code)).toEqual(codes);
    });
  });

  describe('the chain', () => {
    test.each<[string, (ca: MeshCa) => string, [string, string][]]>([
      ['without the root is fine', ({ signing }) => pem(signing), []],
      [
        'of another intermediate',
        ({ sibling, root }) => pem(sibling, root),
        [
          [
            'chain-not-first',
            'Its first certificate is CN=istio-ica-west and not the one in ca-cert.pem, so that no workload certificate verifies.',
          ],
        ],
      ],
      [
        'root first',
        ({ root, signing }) => pem(root, signing),
        [
          [
            'chain-not-first',
            'Its first certificate is CN=mesh-root-g1 and not the one in ca-cert.pem, so that no workload certificate verifies.',
          ],
          ['chain-foreign', 'CN=istio-ica-east did not issue CN=mesh-root-g1, after which it stands.'],
        ],
      ],
      [
        'with a foreign certificate',
        ({ signing, sibling, root }) => pem(signing, sibling, root),
        [['chain-foreign', 'CN=istio-ica-west did not issue CN=istio-ica-east, after which it stands.']],
      ],
      [
        'with a certificate twice',
        ({ signing, root }) => pem(signing, signing, root),
        [['chain-duplicate', 'CN=istio-ica-east stands in it more than once.']],
      ],
    ])('%s', (_, chain, faults) => {
      expect(check(cacertsData(ca, { 'cert-chain.pem': chain(ca) }))).toEqual(faults.map(([code, text]) => [code, 'cert-chain.pem', text]));
    });

    test('that is empty is unreadable', () => {
      expect(check(cacertsData(ca, { 'cert-chain.pem': '' }))).toEqual([['unreadable', 'cert-chain.pem', 'There is no PEM block in it.']]);
    });
  });

  describe('the roots', () => {
    test('with one that is an intermediate', () => {
      expect(check(cacertsData(ca, { 'root-cert.pem': pem(ca.root, ca.sibling) }))).toEqual([
        ['root-not-a-root', 'root-cert.pem', 'CN=istio-ica-west is no self-signed CA.'],
      ]);
    });

    test('of one name with different keys', async () => {
      const twin = await createRoot('mesh-root-g1');
      expect(check(cacertsData(ca, { 'root-cert.pem': pem(ca.root, twin) }))).toEqual([
        ['roots-share-a-name', 'root-cert.pem', '2 roots with different keys are named CN=mesh-root-g1.'],
      ]);
    });

    test('of which there are three, one of them twice', async () => {
      const [second, third] = [await createRoot('g2'), await createRoot('g3')];
      expect(check(cacertsData(ca, { 'root-cert.pem': pem(ca.root, second, third, third) }))).toEqual([
        ['too-many-roots', 'root-cert.pem', 'It holds 3 roots; a rotation needs two.'],
        ['duplicate-roots', 'root-cert.pem', 'CN=g3 stands in it more than once.'],
      ]);
    });
  });

  test('tells all faults of all parts at once', () => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const data = cacertsData(ca, { 'ca-key.pem': key, 'cert-chain.pem': pem(ca.sibling), 'root-cert.pem': pem(ca.sibling, ca.sibling) });
    expect(check(data).map(([code]) => code)).toEqual([
      'key-kind',
      'key-mismatch',
      'untrusted',
      'chain-not-first',
      'root-not-a-root',
      'duplicate-roots',
    ]);
  });
});

function asCacerts(data: Parameters<typeof bytesOf>[0]) {
  const { tlsCrt, tlsKey, caCrt } = bytesOf(data);
  return { 'ca-cert.pem': tlsCrt, 'ca-key.pem': tlsKey, 'cert-chain.pem': Buffer.concat([tlsCrt, caCrt]), 'root-cert.pem': caCrt };
}
