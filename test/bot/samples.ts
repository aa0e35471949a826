/** What jobs give, small and complete. */
import type { CaNotice } from '../../src/mesh/ca-notices.ts';
import type { CertificateLine, MeshCertificates } from '../../src/mesh/certificates.ts';
import type { Finding } from '../../src/mesh/finding.ts';
import type { ClusterStatus, MeshStatus } from '../../src/mesh/status.ts';

export const DAY = 86_400_000;
export const YEAR = 365.25 * DAY;
/** 2026-11-24 12:00 UTC, as Discord writes it: 1795521600. */
export const AT = Date.UTC(2026, 10, 24, 12);

export function clusterStatus(name: string, more: Partial<ClusterStatus> = {}): ClusterStatus {
  return {
    name,
    network: 'network-a',
    roles: name === 'cluster-a' ? ['edge', 'signer'] : [],
    kubernetes: '1.36',
    istio: ['1.30.4'],
    latencyMs: 12,
    failure: undefined,
    ...more,
  };
}

/** Healthy, with as many clusters as named. */
export function meshStatus(more: Partial<MeshStatus> = {}, names: readonly string[] = ['cluster-a', 'cluster-b']): MeshStatus {
  return {
    at: AT,
    only: undefined,
    clusters: names.map((name) => clusterStatus(name)),
    alerts: undefined,
    links: [],
    gateways: names.map((cluster) => ({
      cluster,
      state: 'ready',
      ready: 1,
      total: 1,
      addresses: ['100.64.0.1'],
      why: undefined,
      asked: [],
    })),
    authority: {
      failure: undefined,
      rootNotAfter: AT + 9 * YEAR,
      intermediates: names.map((cluster) => ({ cluster, notAfter: AT + 60 * DAY, renewalTime: AT + 41 * DAY })),
    },
    report: { verdict: 'healthy', problems: [], notes: [], passed: 38, unseen: [], errored: [] },
    ...more,
  };
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    code: 'gateway-not-ready',
    severity: 'page',
    subject: { kind: 'cluster', name: 'cluster-b' },
    title: 'The gateway of cluster-b has no ready pod',
    facts: ['0 of 1 pods are ready: ImagePullBackOff'],
    hint: 'Look at the pods of the gateway.',
    commands: ['kubectl -n istio-system describe pod -l istio=eastwestgateway'],
    ...more,
  };
}

export function certificateLine(more: Partial<CertificateLine> = {}): CertificateLine {
  return {
    role: 'intermediate',
    cluster: 'cluster-a',
    object: 'istio-ca/istio-ica-cluster-a',
    subject: 'CN=istio-ica-cluster-a',
    issuer: 'CN=istio-root',
    fingerprint: '41:AA:0B:33:07',
    notBefore: AT - 30 * DAY,
    notAfter: AT + 60 * DAY,
    issued: { fingerprint: '41:AA:0B:33:07', notBefore: AT - 30 * DAY, notAfter: AT + 60 * DAY },
    renewalTime: AT + 41 * DAY,
    ready: { status: 'True', reason: 'Ready', message: 'Certificate is up to date' },
    published: true,
    missing: [],
    ...more,
  };
}

export function certificates(...lines: readonly CertificateLine[]): MeshCertificates {
  return { at: AT, failure: undefined, lines };
}

export function renewedNotice(id = 'ca-renewed.cluster-a.1'): CaNotice {
  return {
    kind: 'caRenewed',
    id,
    what: 'The intermediate of cluster-a',
    fingerprint: '41:AA:0B:33:07',
    notAfter: AT + 90 * DAY,
    renewalTime: AT + 60 * DAY,
    published: true,
  };
}
