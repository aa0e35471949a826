import { beforeAll, describe, expect, test } from 'vitest';
import { readCertificates } from '../../src/pki/certificate.ts';
import { outlivingLinks, verifyChain, WORKLOAD_USAGES } from '../../src/pki/verify.ts';
import { ask, type Forest, growForest, type Name, type Question } from './forest.ts';
import { bytesOf, fixtures, FIXTURES_AT, recordedCertificates } from './golden.ts';
import { DAY, NOW } from './issue.ts';

let forest: Forest;
beforeAll(async () => {
  forest = await growForest();
});

describe('src/pki/verify.ts', () => {
  test.each<[string, Question, Name[]]>([
    ['an intermediate', { leaf: 'intermediate', roots: ['root'] }, ['intermediate', 'root']],
    ['a leaf over its intermediate', { leaf: 'leaf', via: ['intermediate'], roots: ['root'] }, ['leaf', 'intermediate', 'root']],
    [
      'a leaf whose chain also holds the leaf and the root',
      { leaf: 'leaf', via: ['leaf', 'intermediate', 'root'], roots: ['root'] },
      ['leaf', 'intermediate', 'root'],
    ],
    ['a root that is trusted', { leaf: 'root', roots: ['root'] }, ['root']],
    ['two roots of one name, the wrong one first', { leaf: 'intermediate', roots: ['twin', 'root'] }, ['intermediate', 'root']],
    ['two roots of one name and no key identifier to choose by', { leaf: 'no-id', roots: ['root', 'twin'] }, ['no-id', 'twin']],
    ['a root renewed under its old key', { leaf: 'intermediate', roots: ['renewed'] }, ['intermediate', 'renewed']],
    ['an expired root beside the renewed one', { leaf: 'intermediate', roots: ['expired-root', 'renewed'] }, ['intermediate', 'renewed']],
    ['a cross-signed root', { leaf: 'of-other', via: ['crossed'], roots: ['root'] }, ['of-other', 'crossed', 'root']],
    ['a cross-signed root that is trusted itself', { leaf: 'of-other', via: ['crossed'], roots: ['root', 'other'] }, ['of-other', 'other']],
    [
      'a leaf below a path length that has room',
      { leaf: 'leaf-of-closed', via: ['closed'], roots: ['root'] },
      ['leaf-of-closed', 'closed', 'root'],
    ],
    ['the first instant', { leaf: 'intermediate', roots: ['root'], at: NOW - DAY }, ['intermediate', 'root']],
    ['the last instant', { leaf: 'intermediate', roots: ['root'], at: NOW + 90 * DAY }, ['intermediate', 'root']],
    ['any extended usage', { leaf: 'any-usage', roots: ['root'], usages: WORKLOAD_USAGES }, ['any-usage', 'root']],
    ['a narrow extended usage that nobody asks for', { leaf: 'client-only', roots: ['root'] }, ['client-only', 'root']],
    ['a signing CA', { leaf: 'intermediate', roots: ['root'], signs: true }, ['intermediate', 'root']],
  ])('finds the path for %s', (_, question, path) => {
    expect(ask(forest, question)).toEqual(path);
  });

  test.each<[string, Question, { code: string; at: Name; text: string }]>([
    [
      'no issuer',
      { leaf: 'intermediate', roots: ['other'] },
      { code: 'unknown-issuer', at: 'intermediate', text: 'No issuer of CN=intermediate is among the intermediates and roots.' },
    ],
    [
      'no root at all',
      { leaf: 'leaf', via: ['intermediate'], roots: [] },
      { code: 'unknown-issuer', at: 'intermediate', text: 'No issuer of CN=intermediate is among the intermediates and roots.' },
    ],
    [
      'a foreign root',
      { leaf: 'root', via: ['root'], roots: ['other'] },
      { code: 'unknown-issuer', at: 'root', text: 'CN=root is self-signed and not among the roots.' },
    ],
    [
      'a root of the same name',
      { leaf: 'no-id', roots: ['root'] },
      { code: 'bad-signature', at: 'no-id', text: "CN=no-id is not signed by the key of CN=root, which has its issuer's name." },
    ],
    [
      'another key identifier',
      { leaf: 'strange-id', roots: ['root'] },
      {
        code: 'key-id-mismatch',
        at: 'strange-id',
        text: 'CN=strange-id names the key of another issuer than CN=root (their key identifiers differ).',
      },
    ],
    [
      'an expired leaf',
      { leaf: 'of-expired', roots: ['root'] },
      { code: 'expired', at: 'of-expired', text: 'CN=of-expired expired at 2026-02-28T00:00Z.' },
    ],
    [
      'an expired intermediate',
      { leaf: 'leaf-of-expired', via: ['of-expired'], roots: ['root'] },
      { code: 'expired', at: 'of-expired', text: 'CN=of-expired expired at 2026-02-28T00:00Z.' },
    ],
    [
      'an expired root beside its twin',
      { leaf: 'intermediate', roots: ['twin', 'expired-root'] },
      { code: 'expired', at: 'expired-root', text: 'CN=root expired at 2026-02-28T00:00Z.' },
    ],
    [
      'an expired root before its twin',
      { leaf: 'intermediate', roots: ['expired-root', 'twin'] },
      { code: 'expired', at: 'expired-root', text: 'CN=root expired at 2026-02-28T00:00Z.' },
    ],
    [
      'a certificate from the future',
      { leaf: 'fresh', roots: ['root'] },
      { code: 'not-yet-valid', at: 'fresh', text: 'CN=fresh is valid only from 2026-03-01T00:00Z.' },
    ],
    [
      'the instant after the last',
      { leaf: 'intermediate', roots: ['root'], at: NOW + 90 * DAY + 1 },
      { code: 'expired', at: 'intermediate', text: 'CN=intermediate expired at 2026-05-30T00:00Z.' },
    ],
    [
      'an issuer that is no CA',
      { leaf: 'leaf-of-no-ca', via: ['no-ca'], roots: ['root'] },
      { code: 'not-a-ca', at: 'no-ca', text: 'CN=no-ca is no CA (no basicConstraints CA:TRUE).' },
    ],
    [
      'an issuer that may not sign',
      { leaf: 'leaf-of-no-sign', via: ['no-sign'], roots: ['root'] },
      { code: 'no-cert-sign', at: 'no-sign', text: 'CN=no-sign may not sign certificates (its key usage lacks keyCertSign).' },
    ],
    [
      'a path that is too long',
      { leaf: 'leaf-below', via: ['below', 'closed'], roots: ['root'] },
      { code: 'path-too-long', at: 'closed', text: 'CN=closed allows 0 CA certificates below it, and there are 1.' },
    ],
    [
      'a signing CA where no room is left',
      { leaf: 'below', via: ['closed'], roots: ['root'], signs: true },
      { code: 'path-too-long', at: 'closed', text: 'CN=closed allows 0 CA certificates below it, and there are 1.' },
    ],
    [
      'a signing certificate that is no CA',
      { leaf: 'leaf', via: ['intermediate'], roots: ['root'], signs: true },
      { code: 'not-a-ca', at: 'leaf', text: 'CN=leaf is no CA (no basicConstraints CA:TRUE).' },
    ],
    [
      'a usage that is left out',
      { leaf: 'client-only', roots: ['root'], usages: WORKLOAD_USAGES },
      { code: 'usage-not-allowed', at: 'client-only', text: 'CN=client-only has extended key usages that leave out what it is used for.' },
    ],
    [
      'a critical extension that nobody knows',
      { leaf: 'critical', roots: ['root'] },
      { code: 'unknown-critical', at: 'critical', text: 'CN=critical carries the unknown critical extension 1.2.3.4.' },
    ],
  ])('tells the fault of %s', (_, question, fault) => {
    expect(ask(forest, question)).toEqual(fault);
  });

  test.each(Object.entries(fixtures.intermediates))('verifies the fixture %s to its root', (_, { secret }) => {
    const { tlsCrt, caCrt } = bytesOf(secret.data);
    const [leaf] = readCertificates(tlsCrt).certificates;
    const roots = readCertificates(caCrt).certificates;
    if (leaf === undefined) throw new Error('no certificate');
    expect(verifyChain({ leaf, intermediates: [], roots, at: FIXTURES_AT, signs: true })).toEqual({ ok: true, path: [leaf, ...roots] });
  });

  test('tells of the guide its mistake: each intermediate is a root of its own', () => {
    const [root, ...others] = recordedCertificates('guide-wrong-setup').flatMap(([, { pem }]) => readCertificates(pem).certificates);
    const intermediate = others.find(({ commonName }) => commonName?.startsWith('istio-intermediate-ca-cluster-a'));
    if (root === undefined || intermediate === undefined) throw new Error('the recording lacks a certificate');
    expect(verifyChain({ leaf: intermediate, intermediates: [], roots: [root], at: intermediate.notBefore })).toEqual({
      ok: false,
      fault: {
        code: 'unknown-issuer',
        text: 'CN=istio-intermediate-ca-cluster-a.istio-system.svc.cluster.local is self-signed and not among the roots.',
        certificate: intermediate,
      },
    });
  });

  test('names the links that live longer than their issuer', () => {
    const [intermediate, root, other, crossed] = [forest.intermediate, forest.root, forest.other, forest.crossed].map(
      (one) => one.certificate,
    );
    if (!intermediate || !root || !other || !crossed) throw new Error('no certificate');
    expect(outlivingLinks([intermediate, root])).toEqual([]);
    expect(outlivingLinks([other, crossed, root])).toEqual([{ certificate: other, issuer: crossed }]);
  });
});
