import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../lab/pki/authority.ts';
import { judgeTrust, leafLine, type TrustCode } from '../../../src/mesh/probing/gateway-trust.ts';
import type { Certificate } from '../../../src/pki/certificate.ts';
import { CANARY, certificates, CHAIN, chainOf, FOREIGN, HOUR, life, LONG, NOW, ROOT, SIGNER } from './gateway-observations.ts';

const BUNDLE = certificates(ROOT.certificatePem);
const EXPECTED = { trustDomain: 'cluster.local', namespace: 'mesh-canary', serviceAccount: 'mesh-canary' };
const OVER = life(-48 * HOUR, -HOUR);
const AHEAD = life(2 * HOUR, 24 * HOUR);

function judge(chain: readonly Certificate[], bundle = BUNDLE): TrustCode | undefined {
  return judgeTrust({ chain, bundle, expected: EXPECTED, now: NOW })?.code;
}

function withIntermediate(when: { readonly notBefore: number; readonly notAfter: number }): readonly Certificate[] {
  return chainOf(ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...when }));
}

/** A root of the same name as the real one, with a key of its own. */
const TWIN = createAuthority({ commonName: 'istio-root', ...LONG });

describe('judgeTrust', () => {
  it.each<[string, readonly Certificate[], TrustCode | undefined]>([
    ['a good chain', CHAIN, undefined],
    ['a good chain without its root', CHAIN.slice(0, 2), undefined],
    ['no chain at all', [], undefined],
    ['an expired leaf', chainOf(SIGNER, { spiffe: CANARY }, OVER), 'leaf-expired'],
    ['a leaf from the future', chainOf(SIGNER, { spiffe: CANARY }, AHEAD), 'leaf-not-yet-valid'],
    ['an expired intermediate', withIntermediate(OVER), 'intermediate-expired'],
    ['an intermediate from the future', withIntermediate(AHEAD), 'intermediate-not-yet-valid'],
    ['the leaf alone', CHAIN.slice(0, 1), 'intermediate-missing'],
    [
      'the leaf with an intermediate of another cluster',
      [...CHAIN.slice(0, 1), ...chainOf(ROOT.issueIntermediate({ commonName: 'istio-ica-a', ...LONG })).slice(1)],
      'chain-mispaired',
    ],
    ['the leaf with another intermediate of the same name', [...CHAIN.slice(0, 1), ...withIntermediate(LONG).slice(1)], 'chain-mispaired'],
    ['a chain of another mesh', chainOf(FOREIGN.issueIntermediate({ commonName: 'istio-ica-b', ...LONG })), 'foreign-root'],
    ['a chain of a root of the same name', chainOf(TWIN.issueIntermediate({ commonName: 'istio-ica-b', ...LONG })), 'foreign-root'],
    ['a certificate that signed itself', certificates(FOREIGN.certificatePem), 'foreign-root'],
    [
      'an intermediate that may not be one',
      chainOf(ROOT.issueIntermediate({ commonName: 'a', ...LONG, pathLength: 0 }).issueIntermediate({ commonName: 'b', ...LONG })),
      'chain-not-valid',
    ],
    ['another trust domain', chainOf(SIGNER, { spiffe: 'spiffe://other.org/ns/mesh-canary/sa/mesh-canary' }), 'other-trust-domain'],
    ['another namespace', chainOf(SIGNER, { spiffe: 'spiffe://cluster.local/ns/else/sa/mesh-canary' }), 'other-identity'],
    ['another service account', chainOf(SIGNER, { spiffe: 'spiffe://cluster.local/ns/mesh-canary/sa/default' }), 'other-identity'],
    ['no identity', chainOf(SIGNER, { commonName: 'web' }), 'other-trust-domain'],
  ])('%s', (_, chain, code) => {
    expect(judge(chain)).toBe(code);
  });

  it('names an expired root', () => {
    const old = createAuthority({ commonName: 'old-root', ...OVER });
    expect(judge(chainOf(old.issueIntermediate({ commonName: 'istio-ica-b', ...LONG })), certificates(old.certificatePem))).toBe(
      'root-expired',
    );
  });

  it('is content with either root while two are trusted', () => {
    const both = certificates(ROOT.certificatePem, FOREIGN.certificatePem);
    expect([judge(CHAIN, both), judge(chainOf(FOREIGN.issueIntermediate({ commonName: 'istio-ica-b', ...LONG })), both)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('asks nobody for an identity that is not expected', () => {
    const anybody = chainOf(SIGNER, { spiffe: 'spiffe://x/ns/y/sa/z' });
    expect(judgeTrust({ chain: anybody, bundle: BUNDLE, expected: undefined, now: NOW })).toBeUndefined();
    expect(judgeTrust({ chain: CHAIN, bundle: BUNDLE, expected: { ...EXPECTED, serviceAccount: undefined }, now: NOW })).toBeUndefined();
  });

  it('says which certificate, and what was sent', () => {
    expect(judgeTrust({ chain: chainOf(SIGNER, { spiffe: CANARY }, AHEAD), bundle: BUNDLE, expected: EXPECTED, now: NOW })).toEqual({
      code: 'leaf-not-yet-valid',
      says: 'the certificate of the workload is not valid yet',
      hint: 'Compare the clocks: that of the istiod which signed it runs ahead, or ours runs behind.',
      facts: [
        '(no name) is valid only from 2026-11-24T05:00Z.',
        `1. ${CANARY}, valid until 2026-11-25T03:00Z, from 2026-11-24T05:00Z`,
        '2. CN=istio-ica-b, valid until 2027-09-20T03:00Z',
        '3. CN=istio-root, valid until 2027-09-20T03:00Z',
      ],
    });
  });
});

describe('leafLine', () => {
  it('says whose it is and how long it lasts', () => {
    const [leaf] = chainOf(SIGNER, { spiffe: CANARY }, life(-HOUR, 5 * HOUR));
    expect(leaf === undefined ? '' : leafLine(leaf, NOW)).toBe(`${CANARY}, ends in 5 h`);
  });
});
