// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 refuses to start without it
import 'reflect-metadata';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { X509Certificate } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createStillClock } from '../still-clock.ts';
import { fieldsAt, textAt } from '../../../lab/kubernetes/object.ts';
import { readCertificates } from '../../../src/pki/certificate.ts';
import { everyKeyEverMade } from '../../../lab/pki/keys.ts';
import { clustersOf } from '../../../lab/scene/cluster.ts';
import type { MeshMember } from '../../../lab/scene/member.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { fromBase64 } from '../../../lab/scene/text.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The answer to a GET with a bearer token. */
async function get({ api }: MeshMember, token: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { ca: api.caPem, headers: { authorization: `Bearer ${token}` }, agent: false };
    const call = request(`${api.url}${path}`, options, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    call.on('error', reject);
    call.end();
  });
}

async function statusOf(member: MeshMember, token: string, path: string): Promise<number> {
  return (await get(member, token, path)).status;
}

async function bodyOf(member: MeshMember, path: string): Promise<unknown> {
  return JSON.parse((await get(member, member.productToken, path)).body);
}

const SYSTEM = '/api/v1/namespaces/istio-system';
const CERTIFICATES = '/apis/cert-manager.io/v1';

describe('lab/scene/mesh', () => {
  let mesh: LabMesh;

  beforeAll(async () => {
    mesh = await buildMesh({ clock: createStillClock() });
  });
  afterAll(() => mesh.stop());

  const texts = (member: MeshMember, namespace: string, name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(fieldsAt(member.api.store.get('Secret', namespace, name), 'data')).map(([key, value]) => [key, fromBase64(value)]),
    );

  it('gives each cluster the four keys of an intermediate that the one root signed', async () => {
    for (const member of mesh.members) {
      const cacerts = texts(member, 'istio-system', 'cacerts');
      const source = texts(mesh.signer, 'istio-ca', `istio-ica-${member.name}`);

      expect(cacerts).toEqual({
        'ca-cert.pem': source['tls.crt'],
        'ca-key.pem': source['tls.key'],
        'cert-chain.pem': `${source['tls.crt']}${source['ca.crt']}`,
        'root-cert.pem': mesh.root.certificatePem,
      });
      const signing = new X509Certificate(cacerts['ca-cert.pem'] ?? '');
      const root = new X509Certificate(cacerts['root-cert.pem'] ?? '');
      expect(signing.subject).toBe(`CN=istio-ica-${member.name}`);
      expect(await signing.verify({ publicKey: root.publicKey, date: new Date(mesh.clock.now()) })).toBe(true);
    }
  });

  it('publishes the root to every namespace that gets it', () => {
    const bundles = mesh.signer.api.store.list('ConfigMap').filter(({ metadata }) => metadata.name === 'istio-ca-root-cert');

    expect(bundles.map(({ metadata, data }) => [metadata.namespace, data])).toEqual(
      ['cert-manager', 'default', 'istio-ca', 'istio-system', 'kube-system', 'meshwarden', 'sample-a', 'sample-b'].map((namespace) => [
        namespace,
        { 'root-cert.pem': mesh.root.certificatePem },
      ]),
    );
  });

  it('exposes each network at its tailnet address', () => {
    const shown = mesh.members.map(({ api, name }) => {
      const service = api.store.get('Service', 'istio-system', 'istio-eastwestgateway');
      const namespace = api.store.get('Namespace', '', 'istio-system');
      return {
        name,
        label: service?.metadata.labels?.['topology.istio.io/network'],
        namespace: namespace?.metadata.labels?.['topology.istio.io/network'],
        status: service?.['status'],
      };
    });

    expect(shown).toEqual([
      {
        name: 'cluster-a',
        label: 'network-a',
        namespace: 'network-a',
        status: { loadBalancer: { ingress: [{ ip: '100.64.0.10', ipMode: 'VIP' }] } },
      },
      {
        name: 'cluster-b',
        label: 'network-b',
        namespace: 'network-b',
        status: { loadBalancer: { ingress: [{ ip: '100.64.0.20', ipMode: 'VIP' }] } },
      },
    ]);
  });

  it('says which version of Kubernetes it is, at the API server and on the node', async () => {
    const { signer } = mesh;
    const version = await bodyOf(signer, '/version');

    expect(version).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.2+k3s1' });
    expect(fieldsAt(signer.api.store.get('Node', '', 'node-1'), 'status', 'nodeInfo')['kubeletVersion']).toBe('v1.36.2+k3s1');
  });

  it('lets the istiod of each cluster read the other with its remote secret', async () => {
    const [a, b] = [mesh.member('cluster-a'), mesh.member('cluster-b')];
    const kubeconfig: unknown = parse(texts(a, 'istio-system', 'istio-remote-secret-cluster-b')['cluster-b'] ?? '');
    const { users, clusters } = kubeconfig as { users: unknown[]; clusters: unknown[] };
    const token = textAt(users[0], 'user', 'token') ?? '';

    expect(textAt(clusters[0], 'cluster', 'server')).toBe(b.api.url);
    expect(await statusOf(b, token, '/api/v1/services?limit=1')).toBe(200);
    expect(await statusOf(a, token, '/api/v1/services?limit=1')).toBe(401);
  });

  it('grants the product what it reads, and nothing of the root key', async () => {
    const { signer } = mesh;
    const ask = (path: string): Promise<number> => statusOf(signer, signer.productToken, path);
    const allowed = [
      '/api/v1/namespaces',
      '/api/v1/services?labelSelector=topology.istio.io/network',
      '/apis/discovery.k8s.io/v1/endpointslices',
      '/apis/networking.istio.io/v1/gateways',
      '/api/v1/namespaces/sample-a/configmaps/istio-ca-root-cert',
      `${SYSTEM}/secrets/cacerts`,
      `${SYSTEM}/secrets?labelSelector=istio/multiCluster=true`,
      '/apis/apps/v1/namespaces/istio-system/deployments?labelSelector=app=istiod',
      '/apis/apps/v1/namespaces/cert-manager/deployments',
      `${CERTIFICATES}/clusterissuers`,
      `${CERTIFICATES}/namespaces/cert-manager/certificates/istio-root`,
      `${CERTIFICATES}/namespaces/istio-ca/certificates`,
      '/api/v1/namespaces/istio-ca/secrets/istio-ica-cluster-b',
      '/api/v1/namespaces/istio-ca/secrets?fieldSelector=metadata.name=istio-ica-cluster-b',
    ];
    const refused = [
      '/api/v1/namespaces/cert-manager/secrets/istio-root',
      '/api/v1/namespaces/cert-manager/secrets',
      '/api/v1/secrets',
      '/api/v1/namespaces/sample-a/secrets',
      '/api/v1/namespaces/sample-a/configmaps',
    ];

    expect(await Promise.all(allowed.map(ask))).toEqual(allowed.map(() => 200));
    expect(await Promise.all(refused.map(ask))).toEqual(refused.map(() => 403));
  });

  it('writes kubeconfigs that only their owner can read, and the configuration that goes with them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lab-mesh-'));
    try {
      await mesh.writeKubeconfigs(dir);
      const files = (await readdir(dir)).toSorted();
      const modes = await Promise.all(files.map(async (file) => (await stat(join(dir, file))).mode & 0o777));
      const merged: unknown = parse(await readFile(join(dir, 'all.yaml'), 'utf8'));
      const config: unknown = parse(mesh.configYaml({ kubeconfigDir: dir, redisUrl: 'redis://127.0.0.1:6379/0' }));

      expect(files).toEqual(['all.yaml', 'cluster-a.yaml', 'cluster-b.yaml']);
      expect(modes).toEqual([0o600, 0o600, 0o600]);
      expect((merged as { contexts: { name: string }[] }).contexts.map(({ name }) => name)).toEqual(['cluster-a', 'cluster-b']);
      expect(config).toEqual({
        mesh: { id: 'mesh1', trustDomain: 'cluster.local', istioNamespace: 'istio-system' },
        clusters: [
          {
            name: 'cluster-a',
            network: 'network-a',
            roles: ['signer', 'edge'],
            kubeconfig: join(dir, 'cluster-a.yaml'),
            context: 'cluster-a',
            gateway: { address: '100.64.0.10', port: 15_443 },
            application: 'sample-a',
          },
          {
            name: 'cluster-b',
            network: 'network-b',
            roles: [],
            kubeconfig: join(dir, 'cluster-b.yaml'),
            context: 'cluster-b',
            gateway: { address: '100.64.0.20', port: 15_443 },
            application: 'sample-a',
          },
        ],
        authority: {
          root: { namespace: 'cert-manager', certificate: 'istio-root' },
          issuer: 'istio-root-ca',
          intermediates: { namespace: 'istio-ca', certificate: 'istio-ica-{cluster}' },
          rootFingerprint: readCertificates(mesh.root.certificatePem).certificates[0]?.fingerprint,
        },
        redis: { url: 'redis://127.0.0.1:6379/0' },
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('remembers every secret that it put anywhere', () => {
    const secrets = everyKeyEverMade();
    const tokens = mesh.members.flatMap(({ readerToken, productToken }) => [readerToken, productToken]);
    const keys = mesh.members.map((member) => texts(member, 'istio-system', 'cacerts')['ca-key.pem']);

    expect([...tokens, ...keys].filter((secret) => !secrets.includes(secret ?? ''))).toEqual([]);
  });

  it('builds a mesh of one cluster, without remote secrets', async () => {
    const single = await buildMesh({ clock: createStillClock(), clusters: clustersOf(1) });
    const remote = single.signer.api.store.list('Secret', 'istio-system').filter(({ metadata }) => metadata.labels?.['istio/multiCluster']);
    await single.stop();

    expect(remote).toEqual([]);
  });

  it('refuses a mesh without a signer', async () => {
    const clusters = clustersOf(2).map((cluster) => ({ ...cluster, roles: [] }));

    await expect(buildMesh({ clock: createStillClock(), clusters })).rejects.toThrow('A mesh needs one cluster with the role signer');
  });
});
