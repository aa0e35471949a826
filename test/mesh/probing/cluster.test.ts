import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/core/errors.ts';
import type { Sample } from '../../../src/mesh/health.ts';
import * as cluster from '../../../src/mesh/probing/cluster.ts';
import { versionsSample } from '../../../src/mesh/probing/versions.ts';
import { directionSamples } from '../../../src/mesh/probing/link.ts';
import { createAuthority } from '../../../lab/pki/authority.ts';
import { readCertificates } from '../../../src/pki/certificate.ts';

const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;
const TAKEN = { at: NOW, vantage: 'a' };
const SKEW = { ...TAKEN, skewAfter: 30_000 };

function failed(reason: Failure['reason']): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason, message: `it is ${reason}`, next: 'Mend it.' } };
}

function seen<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** `outcome code`, or what it says where it is well. */
function told({ outcome, cause, says }: Sample): string {
  return outcome === 'ok' ? `ok: ${says ?? ''}` : `${outcome} ${cause?.code ?? ''}`;
}

const PODS = { services: 1, ready: 1, total: 2, why: [] };
const NO_CHAIN = { pod: 'istiod-1', served: seen([]) };

const CASES: readonly (readonly [string, Sample, string])[] = [
  ['an API server that answers', cluster.apiSample('b', seen({ latencyMs: 12.4 }), TAKEN), 'ok: 12 ms'],
  ['one that cannot be reached', cluster.apiSample('b', failed('unreachable'), TAKEN), 'failing api-unreachable'],
  ['one that is silent', cluster.apiSample('b', failed('timeout'), TAKEN), 'failing api-silent'],
  ['one whose certificate is not accepted', cluster.apiSample('b', failed('tls'), TAKEN), 'failing api-tls'],
  ['one that does not know us', cluster.apiSample('b', failed('unauthorized'), TAKEN), 'failing api-unauthorized'],
  ['one that nobody can ask', cluster.apiSample('b', failed('invalid'), TAKEN), 'failing api-unusable'],
  ['one that refuses', cluster.apiSample('b', failed('forbidden'), TAKEN), 'failing api-forbidden'],
  ['one with an error of its own', cluster.apiSample('b', failed('protocol'), TAKEN), 'failing api-error'],
  ['a ready gateway', cluster.gatewayPodsSample('b', seen(PODS), TAKEN), 'ok: 1 of 2 ready'],
  [
    'one that is not ready',
    cluster.gatewayPodsSample('b', seen({ ...PODS, ready: 0, why: ['ImagePullBackOff'] }), TAKEN),
    'failing gateway-not-ready',
  ],
  [
    'no gateway at all',
    cluster.gatewayPodsSample('b', seen({ ...PODS, services: 0, ready: 0, total: 0 }), TAKEN),
    'failing gateway-missing',
  ],
  ['pods that were not seen', cluster.gatewayPodsSample('b', failed('timeout'), TAKEN), 'unknown gateway-pods-unseen'],
  ['a kubeconfig that works', cluster.remoteApiSample('a', 'b', seen({ outcome: 'ok', says: 'v1.36', latencyMs: 3 }), TAKEN), 'ok: v1.36'],
  ['no remote secret', cluster.remoteApiSample('a', 'b', seen(null), TAKEN), 'failing remote-secret-missing'],
  ['one that may not be read', cluster.remoteApiSample('a', 'b', failed('forbidden'), TAKEN), 'unknown remote-secret-unseen'],
  ['no istiod', cluster.istiodSample('b', seen({ pods: [], roots: [] }), TAKEN), 'failing istiod-absent'],
  ['an istiod without a certificate', cluster.istiodSample('b', seen({ pods: [NO_CHAIN], roots: [] }), TAKEN), 'failing istiod-chain'],
  [
    'an istiod that is not to be reached',
    cluster.istiodSample('b', seen({ pods: [{ pod: 'istiod-1', served: failed('unreachable') }], roots: [] }), TAKEN),
    'unknown istiod-unseen',
  ],
  ['istiods that were not seen', cluster.istiodSample('b', failed('timeout'), TAKEN), 'unknown istiod-unseen'],
  [
    'clocks that agree',
    cluster.clockSample('b', seen({ serverSkewMs: 900, nodes: [{ node: 'n', skewMs: -2_000 }] }), SKEW),
    'ok: within 2 s',
  ],
  [
    'a node that is ahead',
    cluster.clockSample('b', seen({ serverSkewMs: 900, nodes: [{ node: 'n', skewMs: 31_000 }] }), SKEW),
    'failing clock-off',
  ],
  [
    'a node that is behind',
    cluster.clockSample('b', seen({ serverSkewMs: undefined, nodes: [{ node: 'n', skewMs: -31_000 }] }), SKEW),
    'failing clock-off',
  ],
  ['an API server that is off', cluster.clockSample('b', seen({ serverSkewMs: 40_000, nodes: [] }), SKEW), 'failing clock-off'],
  ['nothing that shows a clock', cluster.clockSample('b', seen({ serverSkewMs: undefined, nodes: [] }), SKEW), 'unknown clock-unseen'],
  ['clocks that were not seen', cluster.clockSample('b', failed('forbidden'), SKEW), 'unknown clock-unseen'],
  [
    'one minor apart',
    versionsSample(
      new Map([
        ['a', ['1.30.4']],
        ['b', ['1.29.9']],
      ]),
      2,
      TAKEN,
    ),
    'ok: 1.30.4 and 1.29.9',
  ],
  [
    'two minors apart',
    versionsSample(
      new Map([
        ['a', ['1.30.4']],
        ['b', ['1.28.1']],
      ]),
      2,
      TAKEN,
    ),
    'failing versions-apart',
  ],
  ['a cluster whose version is not known', versionsSample(new Map([['a', ['1.30.4']]]), 2, TAKEN), 'unknown versions-unseen'],
  ['a canary', cluster.canarySample('b', seen({ available: 1, desired: 1 }), TAKEN), 'ok: 1 of 1 ready'],
  ['no canary', cluster.canarySample('b', seen(null), TAKEN), 'failing canary-absent'],
  ['a canary that is not ready', cluster.canarySample('b', seen({ available: 0, desired: 1 }), TAKEN), 'failing canary-not-ready'],
  ['a canary that was not seen', cluster.canarySample('b', failed('forbidden'), TAKEN), 'unknown canary-unseen'],
];

describe('src/mesh/probing/cluster.ts', () => {
  it.each(CASES)('judges %s', (_, sample, expected) => {
    expect(told(sample)).toBe(expected);
    expect({ at: sample.at, vantage: sample.vantage }).toEqual(TAKEN);
  });

  it('says why no gateway pod is ready, in words of Kubernetes', () => {
    const { cause } = cluster.gatewayPodsSample('b', seen({ ...PODS, ready: 0, total: 1, why: ['ImagePullBackOff'] }), TAKEN);
    expect(cause).toEqual({
      code: 'gateway-not-ready',
      says: 'ImagePullBackOff, 0 of 1 ready',
      facts: [],
      hint: 'Look at why its pods do not become ready.',
      commands: ['kubectl --context b -n istio-system describe pod -l istio=eastwestgateway'],
    });
  });

  it('believes an istiod whose chain its own cluster trusts, and none with a root of somebody else', () => {
    const life = { notBefore: NOW - HOUR, notAfter: NOW + 100 * HOUR };
    const root = createAuthority({ commonName: 'root', ...life });
    const other = createAuthority({ commonName: 'other', ...life });
    const certificatesIn = (pem: string) => readCertificates(pem).certificates;
    const ica = root.issueIntermediate({ commonName: 'ica', ...life });
    const leaf = ica.issueLeaf({ notBefore: NOW - HOUR, notAfter: NOW + HOUR, dns: ['istiod.istio-system.svc'] });
    const served = seen(certificatesIn(leaf.certificatePem + ica.chainPem));
    const judged = (roots: string): string =>
      told(cluster.istiodSample('b', seen({ pods: [{ pod: 'istiod-1', served }], roots: certificatesIn(roots) }), TAKEN));
    expect([judged(root.certificatePem), judged(other.certificatePem), judged('')]).toEqual([
      'ok: 1 of 1 serve a trusted chain',
      'failing istiod-chain',
      'unknown istiod-unseen',
    ]);
  });

  it('has a heading in docs/probes.md for every cause', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/probes.md'), 'utf8');
    const slow = directionSamples({
      from: 'a',
      to: 'b',
      at: NOW,
      link: { down: { outcome: 'ok' }, degraded: undefined, blocked: undefined, peerKey: undefined },
      path: {
        path: 'ok',
        code: 'healthy',
        says: '',
        trust: { state: 'ok', says: '' },
        latencyMs: 900,
        handshakeMs: 1,
        hostAnswered: true,
        verdicts: { main: { code: 'healthy', path: 'ok', says: '', may: [], hint: '', facts: [] }, control: undefined, second: undefined },
      },
      canary: true,
      slowAfter: 400,
    });
    const codes = [...CASES.map(([, { cause }]) => cause?.code), ...slow.map(({ cause }) => cause?.code)].filter(
      (code) => code !== undefined,
    );
    expect([...new Set(codes)].filter((code) => !new RegExp(`^####? ${code}$`, 'm').test(page))).toEqual([]);
    expect(codes).toContain('connect-slow');
  });
});
