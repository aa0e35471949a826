import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/mesh/finding.ts';
import { reportOf } from '../../src/mesh/report.ts';
import { statusOf } from '../../src/mesh/status.ts';
import { certificateOf, DAY, NOW, ROOT, signingOf } from './authority.ts';
import {
  blindAuthority,
  type Change,
  changed,
  FAILURE,
  inAuthority,
  inCertificate,
  istiod,
  mesh,
  part,
  service,
  UNREACHABLE,
  unreachable,
} from './build.ts';

const RESULTS: readonly CheckResult[] = [{ check: 'one', title: 'One is so', subject: 'a', outcome: { kind: 'ok' } }];
const look = (...changes: readonly Change[]) => statusOf(changed(mesh(), ...changes), RESULTS);
const ROOT_END = certificateOf(ROOT).notAfter;
const END = certificateOf(signingOf('b')).notAfter;

function gatewayOf(...changes: readonly Change[]) {
  return look(...changes).gateways.find(({ cluster }) => cluster === 'b');
}

function inB(...services: readonly ReturnType<typeof service>[]): Change {
  return part('b', 'eastWest', (facts) => ({ ...facts, services }));
}

describe('src/mesh/status.ts', () => {
  it('tells a healthy mesh whole', () => {
    const common = { kubernetes: '1.36', istio: ['1.30.4'], latencyMs: 12, failure: undefined };
    const ready = { state: 'ready', ready: 1, total: 1, why: undefined, asked: [] };
    expect(statusOf(mesh(), RESULTS, { only: ['a', 'b'] })).toEqual({
      at: NOW,
      only: ['a', 'b'],
      clusters: [
        { ...common, name: 'a', network: 'net-a', roles: ['signer', 'edge'] },
        { ...common, name: 'b', network: 'net-b', roles: [] },
      ],
      links: [
        { from: 'a', to: 'b', notMeasured: 'no link probe runs' },
        { from: 'b', to: 'a', notMeasured: 'no link probe runs' },
      ],
      gateways: [
        { ...ready, cluster: 'a', addresses: ['100.64.0.1'] },
        { ...ready, cluster: 'b', addresses: ['100.64.0.2'] },
      ],
      authority: {
        failure: undefined,
        rootNotAfter: ROOT_END,
        intermediates: ['a', 'b'].map((cluster) => ({ cluster, notAfter: END, renewalTime: END - 60 * DAY })),
      },
      report: reportOf(RESULTS),
    });
  });

  it('says of a cluster that does not answer why, and guesses nothing', () => {
    const { clusters, gateways } = look(unreachable('b'));
    expect({ cluster: clusters[1], gateway: gateways[1] }).toEqual({
      cluster: {
        name: 'b',
        network: 'net-b',
        roles: [],
        kubernetes: undefined,
        istio: undefined,
        latencyMs: undefined,
        failure: UNREACHABLE,
      },
      gateway: { cluster: 'b', state: 'unknown', ready: 0, total: 0, addresses: [], why: UNREACHABLE.message, asked: [] },
    });
  });

  it('names each version of Istio once, in order, and leaves out one that is not known', () => {
    const versions = ['1.31.0', '1.30.4', undefined, '1.31.0'].map((version) => istiod({ version }));
    expect(look(part('b', 'istiod', () => versions)).clusters[1]?.istio).toEqual(['1.30.4', '1.31.0']);
  });

  it('tells a cluster without Istio from one that was not seen', () => {
    expect(look(part('b', 'istiod', () => [])).clusters[1]?.istio).toEqual([]);
  });

  it('adds up the gateways of a cluster', () => {
    const two = inB(service('b', 1, { ready: 2, notReady: 1 }), service('b', 2, { ready: 0, notReady: 1 }));
    const sum = { cluster: 'b', state: 'ready', ready: 2, total: 4, addresses: ['100.64.0.2', '100.64.0.3'], why: undefined, asked: [] };
    expect(gatewayOf(two)).toEqual(sum);
  });

  it('tells a gateway that is not ready from one that is missing', () => {
    const down = inB(service('b', 1, { ready: 0, notReady: 2 }));
    expect([gatewayOf(down), gatewayOf(inB())]).toEqual([
      { cluster: 'b', state: 'notReady', ready: 0, total: 2, addresses: ['100.64.0.2'], why: undefined, asked: [] },
      { cluster: 'b', state: 'missing', ready: 0, total: 0, addresses: [], why: undefined, asked: [] },
    ]);
  });

  it('takes the end of the root from what clusters trust where the signer could not be seen, and knows no renewal', () => {
    expect(look(blindAuthority).authority).toEqual({
      failure: FAILURE,
      rootNotAfter: ROOT_END,
      intermediates: ['a', 'b'].map((cluster) => ({ cluster, notAfter: END, renewalTime: undefined })),
    });
  });

  it('takes the end of an intermediate from its Certificate where a cluster has no cacerts', () => {
    const later = inCertificate('b', (certificate) => ({ ...certificate, notAfter: END + DAY }));
    const { intermediates } = look(
      part('b', 'cacerts', () => null),
      later,
    ).authority;
    expect(intermediates[1]).toEqual({ cluster: 'b', notAfter: END + DAY, renewalTime: END - 60 * DAY });
  });

  it('knows no end where nobody shows a root', () => {
    const bare = ['a', 'b'].map((name) => part(name, 'cacerts', () => null));
    expect(
      look(
        ...bare,
        inAuthority(() => ({ root: null, intermediates: [] })),
      ).authority,
    ).toEqual({
      failure: undefined,
      rootNotAfter: undefined,
      intermediates: ['a', 'b'].map((cluster) => ({ cluster, notAfter: undefined, renewalTime: undefined })),
    });
  });

  it('has no link where there is one cluster', () => {
    expect(statusOf(mesh('a'), RESULTS).links).toEqual([]);
  });
});
