import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { assembleCacerts, type CacertsFiles, type IssuedSecret } from '../../src/pki/assemble-cacerts.ts';
import { inspectCacerts } from '../../src/pki/cacerts.ts';
import { readCertificates } from '../../src/pki/certificate.ts';
import { crossCheckCacerts } from '../../src/pki/cross-check-cacerts.ts';
import { bytesOf, fixtures, FIXTURES_AT, recordedCertificates } from './golden.ts';
import { DAY, issue, NOW } from './issue.ts';
import { createMeshCa, createRoot, type MeshCa, pem } from './mesh-ca.ts';

let ca: MeshCa;
beforeAll(async () => {
  ca = await createMeshCa();
});

describe('src/pki/assemble-cacerts.ts', () => {
  test.each(Object.entries(fixtures.intermediates))('makes the four files out of the fixture %s', (name, { secret }) => {
    const source = bytesOf(secret.data);
    const made = assembleCacerts(source);
    const chain = readCertificates(Buffer.concat([source.tlsCrt, source.caCrt])).certificates;
    expect(made.ok && { files: revealed(made.files), path: made.path }).toEqual({
      files: {
        'ca-cert.pem': source.tlsCrt.toString(),
        'ca-key.pem': source.tlsKey.toString(),
        'cert-chain.pem': source.tlsCrt.toString() + source.caCrt.toString(),
        'root-cert.pem': source.caCrt.toString(),
      },
      path: chain,
    });
    const faults = made.ok ? crossCheckCacerts(inspectCacerts(asData(made.files)), { now: FIXTURES_AT, skewMs: DAY / 24 }) : [];
    expect(faults.map(({ code }) => code)).toEqual(/^(p521|ed25519)/.test(name) ? ['key-kind'] : []);
  });

  test('gives the same bytes for the same certificates, however their PEM is printed', () => {
    const plain = assembleCacerts(sourceOf(ca));
    const untidy = assembleCacerts({
      tlsCrt: `# intermediate\n${pem(ca.signing)}`,
      tlsKey: ca.signing.keyPem.replaceAll('\n', '\r\n'),
      caCrt: `${pem(ca.root)}\n\n`,
    });
    expect(untidy.ok && revealed(untidy.files)).toEqual(plain.ok && revealed(plain.files));
    expect(plain.ok).toBe(true);
  });

  test('splits a chain of two intermediates: the first signs, all of them are presented', async () => {
    const lower = await issue({ name: 'lower', by: ca.signing });
    const made = assembleCacerts({ tlsCrt: pem(lower, ca.signing), tlsKey: lower.keyPem, caCrt: pem(ca.root) });
    expect(made.ok && revealed(made.files)).toEqual({
      'ca-cert.pem': pem(lower),
      'ca-key.pem': lower.keyPem,
      'cert-chain.pem': pem(lower, ca.signing, ca.root),
      'root-cert.pem': pem(ca.root),
    });
  });

  test('does not judge whether the chain is valid today', async () => {
    const expired = await issue({ name: 'expired', by: ca.root, notBefore: NOW - 9 * DAY, notAfter: NOW - DAY });
    const made = assembleCacerts({ tlsCrt: pem(expired), tlsKey: expired.keyPem, caCrt: pem(ca.root) });
    expect(made.ok && made.path).toEqual([expired.certificate, ca.root.certificate]);
  });

  test('names the mistake of the guide', () => {
    const [signing] = recordedCertificates('guide-wrong-setup').flatMap(([, recorded]) =>
      recorded.subject.startsWith('CN=istio-intermediate') ? [recorded.pem] : [],
    );
    const made = assembleCacerts({ tlsCrt: signing, tlsKey: ca.signing.keyPem, caCrt: signing });
    const name = 'CN=istio-intermediate-ca-cluster-a.istio-system.svc.cluster.local';
    expect(made).toEqual({
      ok: false,
      faults: [
        { code: 'key-mismatch', key: 'tls.key', text: `The private key is not that of ${name}.` },
        {
          code: 'self-signed',
          key: 'tls.crt',
          text: `${name} is self-signed: it comes from a selfSigned issuer instead of one of type ca.`,
        },
      ],
    });
  });

  test.each<[string, (ca: MeshCa) => Partial<IssuedSecret>, { code: string; key: string; text: string }[]]>([
    [
      'an empty Secret',
      () => ({ tlsCrt: undefined, tlsKey: undefined, caCrt: undefined }),
      [
        { code: 'missing', key: 'tls.crt', text: 'The Secret has no tls.crt.' },
        { code: 'missing', key: 'ca.crt', text: 'The Secret has no ca.crt.' },
        { code: 'missing', key: 'tls.key', text: 'The Secret has no tls.key.' },
      ],
    ],
    [
      'garbage in every key',
      () => ({ tlsCrt: 'x', tlsKey: 'x', caCrt: 'x' }),
      [
        { code: 'no-block', key: 'tls.crt', text: 'There is no PEM block in it.' },
        { code: 'no-block', key: 'ca.crt', text: 'There is no PEM block in it.' },
        { code: 'no-block', key: 'tls.key', text: 'There is no PEM block in it.' },
      ],
    ],
    [
      'a key among the certificates',
      ({ signing }) => ({ tlsCrt: pem(signing) + signing.keyPem }),
      [
        {
          code: 'private-key',
          key: 'tls.crt',
          text: expect.stringMatching(/^Line \d+: a private key stands where certificates belong\.$/),
        },
      ],
    ],
    [
      'the key of another',
      ({ sibling }) => ({ tlsKey: sibling.keyPem }),
      [{ code: 'key-mismatch', key: 'tls.key', text: 'The private key is not that of CN=istio-ica-east.' }],
    ],
    [
      'a ca.crt that is no root',
      ({ sibling }) => ({ caCrt: pem(sibling) }),
      [{ code: 'not-a-root', key: 'ca.crt', text: 'CN=istio-ica-west is not self-signed.' }],
    ],
    [
      'a foreign certificate in the chain',
      ({ signing, sibling }) => ({ tlsCrt: pem(signing, sibling) }),
      [{ code: 'unknown-issuer', key: 'tls.crt', text: 'CN=istio-ica-west does not belong to the chain of CN=istio-ica-east.' }],
    ],
  ])('refuses %s', (_, changes, faults) => {
    expect(assembleCacerts({ ...sourceOf(ca), ...changes(ca) })).toEqual({ ok: false, faults });
  });

  test('refuses the root of another generation, of another name and of the same', async () => {
    const [other, twin] = [await createRoot('mesh-root-g2'), await createRoot('mesh-root-g1')];
    const faults = [other, twin].map((root) => {
      const made = assembleCacerts({ ...sourceOf(ca), caCrt: pem(root) });
      return made.ok ? [] : made.faults.map(({ code, key }) => ({ code, key }));
    });
    expect(faults).toEqual([[{ code: 'unknown-issuer', key: 'tls.crt' }], [{ code: 'key-id-mismatch', key: 'tls.crt' }]]);
  });

  test('keeps the private key a secret, and shows nothing of it in any refusal', () => {
    const sources: IssuedSecret[] = [
      sourceOf(ca),
      { ...sourceOf(ca), tlsCrt: ca.signing.keyPem },
      { ...sourceOf(ca), tlsKey: ca.signing.keyPem + ca.signing.keyPem },
      { ...sourceOf(ca), tlsKey: ca.signing.keyPem.slice(0, -30) },
      { ...sourceOf(ca), caCrt: ca.signing.keyPem },
    ];
    const secrets = ca.signing.keyPem.split('\n').slice(1, -2);
    const shown = sources.map((source) => assembleCacerts(source)).map((made) => JSON.stringify(made) + inspect(made, { depth: 9 }));
    expect(shown.flatMap((text) => secrets.filter((line) => text.includes(line)))).toEqual([]);
  });
});

function sourceOf({ root, signing }: MeshCa): IssuedSecret {
  return { tlsCrt: pem(signing), tlsKey: signing.keyPem, caCrt: pem(root) };
}

function revealed(files: CacertsFiles) {
  return { ...files, 'ca-key.pem': files['ca-key.pem'].reveal() };
}

function asData(files: CacertsFiles): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(revealed(files)).map(([key, text]) => [key, Buffer.from(text)]));
}
