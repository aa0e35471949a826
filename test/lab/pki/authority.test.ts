// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { AuthorityKeyIdentifierExtension, SubjectKeyIdentifierExtension, X509Certificate, X509ChainBuilder } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { type Authority, createAuthority, createKey, type LabKeyKind } from '../../../lab/pki/authority.ts';
import { everyKeyEverMade, secretsIn } from '../../../lab/pki/keys.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 12);
const LIFE = { notBefore: NOW, notAfter: NOW + 180 * DAY };

function root(keyKind?: LabKeyKind): Authority {
  const kind = keyKind === undefined ? {} : { keyKind };
  return createAuthority({ commonName: 'istio-root', notBefore: NOW, notAfter: NOW + 3650 * DAY, pathLength: 1, ...kind });
}

/** What an independent reader says about a certificate and about who signed it. */
async function judged(pem: string, issuerPem: string): Promise<object> {
  const certificate = new X509Certificate(pem);
  const issuer = new X509Certificate(issuerPem);
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    signed: await certificate.verify({ publicKey: issuer.publicKey, signatureOnly: true }),
  };
}

describe('lab/pki/authority', () => {
  it.each<LabKeyKind>(['P-256', 'P-384', 'RSA'])('issues a chain of %s that an independent reader verifies', async (keyKind) => {
    const top = root(keyKind);
    const middle = top.issueIntermediate({ commonName: 'istio-ica-cluster-a', keyKind, ...LIFE });
    const leaf = middle.issueLeaf({ spiffe: 'spiffe://cluster.local/ns/sample-a/sa/httpbin', keyKind, ...LIFE });

    const chain = await new X509ChainBuilder({
      certificates: [new X509Certificate(middle.certificatePem), new X509Certificate(top.certificatePem)],
    }).build(new X509Certificate(leaf.certificatePem));

    expect(chain.map(({ subject }) => subject)).toEqual(['', 'CN=istio-ica-cluster-a', 'CN=istio-root']);
    expect(await judged(top.certificatePem, top.certificatePem)).toEqual({
      subject: 'CN=istio-root',
      issuer: 'CN=istio-root',
      notBefore: NOW,
      notAfter: NOW + 3650 * DAY,
      signed: true,
    });
    expect(await judged(middle.certificatePem, top.certificatePem)).toEqual({
      subject: 'CN=istio-ica-cluster-a',
      issuer: 'CN=istio-root',
      ...LIFE,
      signed: true,
    });
    expect(await judged(leaf.certificatePem, middle.certificatePem)).toEqual({
      subject: '',
      issuer: 'CN=istio-ica-cluster-a',
      ...LIFE,
      signed: true,
    });
  });

  it('writes the extensions that cert-manager writes, and those of a workload', () => {
    const middle = root().issueIntermediate({ commonName: 'istio-ica-cluster-a', ...LIFE });
    const leaf = middle.issueLeaf({ spiffe: 'spiffe://cluster.local/ns/a/sa/b', dns: ['b.a.svc'], ip: ['100.64.0.10'], ...LIFE });

    const shown = (pem: string): string[] =>
      new X509Certificate(pem).extensions.map(({ type, critical }) => `${type}${critical ? ' critical' : ''}`);

    expect(shown(middle.certificatePem)).toEqual(['2.5.29.15 critical', '2.5.29.19 critical', '2.5.29.14', '2.5.29.35']);
    expect(shown(leaf.certificatePem)).toEqual([
      '2.5.29.15 critical',
      '2.5.29.37',
      '2.5.29.19 critical',
      '2.5.29.35',
      '2.5.29.17 critical',
    ]);
  });

  it('identifies keys by the SHA-1 of their bits, as the authority key too', async () => {
    const top = root('RSA');
    const middle = top.issueIntermediate({ commonName: 'istio-ica-cluster-a', ...LIFE });
    const idOf = async (pem: string): Promise<string> =>
      Buffer.from(await new X509Certificate(pem).publicKey.getKeyIdentifier()).toString('hex');
    const stated = new X509Certificate(middle.certificatePem);

    expect(stated.getExtension(SubjectKeyIdentifierExtension)?.keyId).toBe(await idOf(middle.certificatePem));
    expect(stated.getExtension(AuthorityKeyIdentifierExtension)?.keyId).toBe(await idOf(top.certificatePem));
  });

  it('keeps key and certificate together, and remembers every key', () => {
    const middle = root().issueIntermediate({ commonName: 'istio-ica-cluster-a', keyForm: 'pkcs8', ...LIFE });
    const stray = createKey();

    const half = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();

    expect(half(middle.certificatePem)).toBe(createPublicKey(createPrivateKey(middle.keyPem)).export({ type: 'spki', format: 'pem' }));
    expect(middle.keyPem.split('\n')[0]).toBe('-----BEGIN PRIVATE KEY-----');
    expect(stray.split('\n')[0]).toBe('-----BEGIN EC PRIVATE KEY-----');
    expect([middle.keyPem, stray].filter((key) => !everyKeyEverMade().includes(key))).toEqual([]);
  });

  it('writes years from 2050 on with four digits', () => {
    const late = createAuthority({ commonName: 'late', notBefore: NOW, notAfter: Date.UTC(2060, 0, 1) });

    expect(new X509Certificate(late.certificatePem).notAfter.toISOString()).toBe('2060-01-01T00:00:00.000Z');
  });
});

describe('lab/pki/keys', () => {
  it.each<{ form: string; show: (key: string) => string }>([
    { form: 'as it is', show: (key) => key },
    { form: 'inside JSON', show: (key) => JSON.stringify({ key }) },
    { form: 'as base64', show: (key) => Buffer.from(key).toString('base64') },
    { form: 'by one line', show: (key) => `${key.split('\n')[1]}` },
  ])('finds a key in a text $form', ({ show }) => {
    const key = createKey();

    expect(secretsIn(`before ${show(key)} after`)).toEqual([key]);
  });

  it('finds nothing in certificates', () => {
    const { certificatePem } = root('RSA').issueIntermediate({ commonName: 'istio-ica-cluster-a', ...LIFE });

    expect(secretsIn(certificatePem)).toEqual([]);
  });
});
