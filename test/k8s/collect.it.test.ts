import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLabClock, type LabClock } from '../../lab/clock.ts';
import type { LabFault } from '../../lab/faults.ts';
import { meshFaults } from '../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../lab/scene/mesh.ts';
import { createClusters, type ClusterPool } from '../../src/k8s/clusters.ts';
import type { CallRecord } from '../../src/k8s/client.ts';
import type { ClusterSnapshot, Observed, Snapshot } from '../../src/mesh/model.ts';
import { EVEN, NEVER } from './lab.ts';

describe('src/k8s/collect.ts', () => {
  let clock: LabClock;
  let mesh: LabMesh;
  let folder: string;
  let pool: ClusterPool;
  let faults: readonly LabFault[];
  const calls: (CallRecord & { readonly at: number })[] = [];
  const active: LabFault[] = [];

  beforeAll(async () => {
    clock = createLabClock();
    mesh = await buildMesh({ clock });
    folder = await mkdtemp(join(tmpdir(), 'meshwarden-collect-'));
    await mesh.writeKubeconfigs(folder);
    faults = meshFaults(mesh);
    pool = createClusters({
      targets: mesh.members.map(({ name, network, roles, gateway }) => ({
        identity: { name, network, roles, gateway },
        kubeconfig: [join(folder, `${name}.yaml`)],
      })),
      istioNamespace: 'istio-system',
      authority: {
        root: { namespace: 'cert-manager', certificate: 'istio-root' },
        issuer: 'istio-root-ca',
        intermediates: mesh.members.map(({ name }) => ({ cluster: name, namespace: 'istio-ca', certificate: `istio-ica-${name}` })),
      },
      clock,
      random: EVEN,
      onCall: (call) => void calls.push({ ...call, at: clock.now() }),
    });
  });
  afterEach(async () => {
    for (const fault of active.splice(0)) await fault.set(false);
  });
  afterAll(async () => {
    await pool.close();
    await mesh.stop();
    await rm(folder, { recursive: true });
  });

  async function withFault(id: string): Promise<void> {
    const fault = faults.find((one) => one.id === id);
    if (fault === undefined) throw new Error(`The lab has no fault ${id}: ${faults.map((one) => one.id).join(', ')}`);
    await fault.set(true);
    active.push(fault);
  }

  async function look(name: string): Promise<{ snapshot: Snapshot; cluster: ClusterSnapshot }> {
    calls.length = 0;
    const snapshot = await pool.observe(undefined, NEVER);
    const cluster = snapshot.clusters.find(({ identity }) => identity.name === name);
    if (cluster === undefined) throw new Error(`The snapshot has no ${name}`);
    return { snapshot, cluster };
  }

  function value<T>(observed: Observed<T>): T {
    if (!observed.ok) throw new Error('It could not be observed', { cause: observed.failure });
    return observed.value;
  }

  function failures({ api, istiod, cacerts, trust, eastWest, remoteSecrets }: ClusterSnapshot): Record<string, string> {
    const parts: Record<string, Observed<unknown>> = { api, istiod, cacerts, trust, eastWest, remoteSecrets };
    return Object.fromEntries(Object.entries(parts).map(([part, one]) => [part, one.ok ? 'ok' : one.failure.reason]));
  }

  const ALL_OK = { api: 'ok', istiod: 'ok', cacerts: 'ok', trust: 'ok', eastWest: 'ok', remoteSecrets: 'ok' };

  function all(reason: string): object {
    return Object.fromEntries(Object.keys(ALL_OK).map((part) => [part, reason]));
  }

  it('sees everything of a healthy mesh', async () => {
    const { snapshot, cluster } = await look('cluster-a');
    expect(failures(cluster)).toEqual(ALL_OK);
    expect(value(cluster.api)).toEqual({
      gitVersion: 'v1.36.2+k3s1',
      major: 1,
      minor: 36,
      latencyMs: expect.any(Number),
      certificate: { notBefore: expect.any(Number), notAfter: expect.any(Number) },
    });
    expect(value(cluster.istiod)).toEqual([
      {
        namespace: 'istio-system',
        name: 'istiod',
        revision: 'default',
        desired: 1,
        available: 1,
        images: ['docker.io/istio/pilot:1.30.4'],
        version: '1.30.4',
      },
    ]);
    expect(value(cluster.eastWest)).toEqual({
      services: [
        {
          namespace: 'istio-system',
          name: 'istio-eastwestgateway',
          type: 'LoadBalancer',
          labels: { app: 'istio-eastwestgateway', istio: 'eastwestgateway', 'topology.istio.io/network': 'network-a' },
          selector: { app: 'istio-eastwestgateway', istio: 'eastwestgateway' },
          ports: [
            { name: 'status-port', port: 15021, nodePort: expect.any(Number) },
            { name: 'tls', port: 15443, nodePort: expect.any(Number) },
          ],
          addresses: ['100.64.0.10'],
          ready: 1,
          notReady: 0,
        },
      ],
      gateways: [
        {
          namespace: 'istio-system',
          name: 'cross-network-gateway',
          selector: { istio: 'eastwestgateway' },
          hosts: ['*.local'],
          port: 15443,
        },
      ],
      namespaceNetwork: 'network-a',
    });
    const root = [expect.objectContaining({ commonName: 'istio-root', selfSigned: true })];
    expect(value(cluster.trust)).toEqual({
      system: { namespace: 'istio-system', certificates: root, faults: [] },
      application: { namespace: 'sample-a', certificates: root, faults: [] },
      missingIn: undefined,
    });
    expect(value(cluster.cacerts)).toMatchObject({
      keys: ['ca-cert.pem', 'ca-key.pem', 'cert-chain.pem', 'root-cert.pem'],
      signing: [{ commonName: 'istio-ica-cluster-a' }],
      faults: [],
      remarks: [],
    });
    expect(value(cluster.remoteSecrets)).toEqual([
      {
        namespace: 'istio-system',
        name: 'istio-remote-secret-cluster-b',
        clusterAnnotation: 'cluster-b',
        clusters: [
          {
            cluster: 'cluster-b',
            server: mesh.member('cluster-b').api.url,
            tlsServerName: undefined,
            hasCa: true,
            insecure: false,
            hasToken: true,
            tokenExpires: undefined,
            faults: [],
          },
        ],
      },
    ]);
    const authority = value(snapshot.authority);
    expect({
      installed: authority.installed,
      deployments: authority.deployments.map(({ name, version, available }) => [name, version, available]),
      issuers: authority.issuers.map(({ name, type, secretName }) => [name, type, secretName]),
      root: authority.root?.spec.isCa,
      intermediates: authority.intermediates.map(({ cluster, certificate, secret }) => [
        cluster,
        certificate?.spec.duration,
        value(secret)?.chain.map(({ commonName }) => commonName),
        value(secret)?.keyFingerprint === value(secret)?.chain[0]?.publicKeyFingerprint,
        value(secret)?.faults,
      ]),
    }).toEqual({
      installed: true,
      deployments: [
        ['cert-manager', '1.21.1', 1],
        ['cert-manager-cainjector', '1.21.1', 1],
        ['cert-manager-webhook', '1.21.1', 1],
      ],
      issuers: [
        ['istio-root-ca', 'ca', 'istio-root'],
        ['istio-root-selfsigned', 'selfSigned', undefined],
      ],
      root: true,
      intermediates: [
        ['cluster-a', '4320h', ['istio-ica-cluster-a'], true, []],
        ['cluster-b', '4320h', ['istio-ica-cluster-b'], true, []],
      ],
    });
  });

  it('holds no private key and no token anywhere', async () => {
    const { snapshot } = await look('cluster-a');
    const text = inspect(snapshot, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null });
    const secrets = mesh.members.flatMap(({ productToken, readerToken, signing }) => [productToken, readerToken, signing.keyPem]);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toContain('PRIVATE KEY');
  });

  it('reads no Secret of the root', async () => {
    await look('cluster-a');
    const paths = mesh.signer.api.audit.filter(({ resource, user }) => resource === 'secrets' && user.includes('meshwarden'));
    expect(paths.filter(({ namespace }) => namespace === 'cert-manager')).toEqual([]);
    expect(paths.length).toBeGreaterThan(0);
  });

  it('makes at most four calls after one another in a cluster', async () => {
    for (const { api } of mesh.members) api.faults.delayMs(50);
    await look('cluster-a');
    for (const { api } of mesh.members) api.faults.delayMs(0);
    const longest = mesh.members.map(({ name }) => inSequence(calls.filter(({ cluster }) => cluster === name)));
    expect(longest.every((count) => count >= 2 && count <= 4)).toBe(true);
  });

  /** The most calls of which each began after the one before had ended. */
  function inSequence(records: readonly (CallRecord & { readonly at: number })[]): number {
    let count = 0;
    let free = -Infinity;
    for (const { at, ms } of records.toSorted((a, b) => a.at - b.at)) {
      if (at - ms < free) continue;
      count += 1;
      free = at;
    }
    return count;
  }

  it('looks at the signer too when it is asked for another', async () => {
    const snapshot = await pool.observe(['cluster-b'], NEVER);
    expect(snapshot.clusters.map(({ identity }) => identity.name)).toEqual(['cluster-b']);
    expect(value(snapshot.authority).intermediates.length).toBe(2);
  });

  it('asks a cluster that is stopped for its version alone', async () => {
    await withFault('api-stopped-cluster-b');
    const { snapshot, cluster } = await look('cluster-b');
    expect(failures(cluster)).toEqual(all('unreachable'));
    expect(new Set(calls.filter(({ cluster }) => cluster === 'cluster-b').map(({ resource }) => resource))).toEqual(new Set(['/version']));
    expect([failures(snapshot.clusters[0] as ClusterSnapshot), snapshot.authority.ok]).toEqual([ALL_OK, true]);
  });

  it('carries the signer’s failure as the authority’s', async () => {
    await withFault('api-stopped-cluster-a');
    const { snapshot } = await look('cluster-a');
    expect(snapshot.authority).toMatchObject({ ok: false, failure: { reason: 'unreachable' } });
  });

  it('says that a token is not accepted, once for all parts', async () => {
    await withFault('token-expired-cluster-b');
    const { cluster } = await look('cluster-b');
    expect(failures(cluster)).toEqual(all('unauthorized'));
  });

  it('goes on where a server refuses to say its version', async () => {
    mesh.member('cluster-b').api.faults.failNext({ path: '/version', status: 403 });
    const { cluster } = await look('cluster-b');
    expect(failures(cluster)).toEqual({ ...ALL_OK, api: 'forbidden' });
  });

  it('says which right is missing for the parts that need it, and sees the others', async () => {
    await withFault('no-right-secrets-cluster-b');
    const { cluster } = await look('cluster-b');
    expect(failures(cluster)).toEqual({ ...ALL_OK, cacerts: 'forbidden', remoteSecrets: 'forbidden' });
    expect(cluster.cacerts).toMatchObject({
      failure: { next: 'Grant this: apiGroups: [""], resources: ["secrets"], verbs: ["get"] in a Role of namespace istio-system' },
    });
  });

  it('keeps what it sees of an intermediate whose Secret it may not read', async () => {
    await withFault('no-right-intermediates');
    const { snapshot } = await look('cluster-a');
    const [first] = value(snapshot.authority).intermediates;
    expect([first?.certificate?.name, first?.secret]).toEqual([
      'istio-ica-cluster-a',
      { ok: false, failure: expect.objectContaining({ reason: 'forbidden' }) },
    ]);
  });

  it('sees that Istio is not there', async () => {
    await withFault('istio-absent-cluster-b');
    const { cluster } = await look('cluster-b');
    expect([value(cluster.istiod), value(cluster.cacerts), value(cluster.remoteSecrets)]).toEqual([[], null, []]);
    expect(value(cluster.eastWest)).toEqual({ services: [], gateways: null, namespaceNetwork: 'network-b' });
    expect(value(cluster.trust)).toEqual({ system: null, application: null, missingIn: 'sample-a' });
  });

  it('looks at each of many clusters although one kubeconfig is missing', async () => {
    const other = createClusters({
      targets: [
        { identity: { name: 'lost', network: 'n', roles: ['signer'], gateway: undefined }, kubeconfig: [join(folder, 'absent.yaml')] },
        { identity: { name: 'cluster-b', network: 'n', roles: [], gateway: undefined }, kubeconfig: [join(folder, 'cluster-b.yaml')] },
      ],
      istioNamespace: 'istio-system',
      authority: { root: { namespace: 'cert-manager', certificate: 'istio-root' }, issuer: 'istio-root-ca', intermediates: [] },
      clock,
      random: EVEN,
    });
    const snapshot = await other.observe(undefined, NEVER);
    await other.close();
    expect(snapshot.clusters.map(failures)).toEqual([all('invalid'), ALL_OK]);
    expect(snapshot.authority).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
  });

  it('does not pass off a look that was stopped as a look', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(pool.observe(undefined, stop.signal)).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
