import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { systemClock } from '../../../src/core/clock.ts';
import { createLabClock } from '../../../lab/clock.ts';
import { startLabCluster, type LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { codeOf, coreApi, get, kubeConfigOf, textOf } from './client.ts';

const clock = createLabClock();

function secret(name: string, namespace = 'default') {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data: { k: 'dg==' } };
}

describe('a lab cluster', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await startLabCluster({ name: 'cluster-a', clock, sans: ['100.64.0.1', 'api.cluster-a.test'] });
  });
  afterAll(() => cluster.stop());

  it('serves a certificate of its own authority for all its names', async () => {
    const socket = connect({ host: cluster.host, port: cluster.port, ca: cluster.caPem, servername: 'api.cluster-a.test' });
    await once(socket, 'secureConnect');
    const served = socket.getPeerX509Certificate();
    socket.destroy();

    expect(served?.subjectAltName).toEqual(
      'DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:api.cluster-a.test, IP Address:127.0.0.1, IP Address:100.64.0.1',
    );
    expect(served?.verify(new X509Certificate(cluster.caPem).publicKey)).toEqual(true);
  });

  it('is reached with its kubeconfig and has the namespaces of a new cluster', async () => {
    const { items } = await coreApi(cluster).listNamespace();

    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('reports its version', async () => {
    expect(JSON.parse(await textOf(await get(cluster, '/version')))).toMatchObject({ major: '1', minor: '37', gitVersion: 'v1.37.2' });
  });

  it.each(['//', '/api/v1/namespaces/default/secrets/%E0%A4%A', '/nothing/here', '/apis/nothing.test/v1/things'])(
    'knows nothing at %s',
    async (path) => {
      expect((await get(cluster, path)).statusCode).toEqual(404);
    },
  );

  it('holds users to their rights', async () => {
    cluster.addUser('viewer');
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    cluster.store.put({ apiVersion, kind: 'ClusterRole', metadata: { name: 'viewer' }, rules });
    const subjects = [{ kind: 'User', name: 'viewer' }];
    cluster.store.put({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'viewer' },
      subjects,
      roleRef: { kind: 'ClusterRole', name: 'viewer' },
    });
    const api = coreApi(cluster, 'viewer');

    expect((await api.listNamespacedConfigMap({ namespace: 'default' })).items).toEqual([]);
    expect(await codeOf(api.readNamespacedSecret({ namespace: 'default', name: 'x' }))).toEqual(403);
  });

  it('takes a list of one name for one of that name, in all namespaces too', async () => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['kube-root-ca.crt'], verbs: ['list'] }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lister' };
    const head = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'lister' } };
    cluster.addUser('lister');
    cluster.store.put({ ...head, kind: 'ClusterRole', rules });
    cluster.store.put({ ...head, kind: 'ClusterRoleBinding', roleRef, subjects: [{ kind: 'User', name: 'lister' }] });
    const api = coreApi(cluster, 'lister');
    const listed = (fieldSelector?: string): Promise<number> =>
      api.listConfigMapForAllNamespaces(fieldSelector === undefined ? {} : { fieldSelector }).then(
        () => 200,
        ({ code }: { code: number }) => code,
      );

    expect(await Promise.all([listed('metadata.name=kube-root-ca.crt'), listed('metadata.name=other'), listed()])).toEqual([200, 403, 403]);
  });

  it('refuses a token whose time is over on the cluster’s clock', async () => {
    cluster.addUser('guest', { groups: ['system:masters'], expiresAt: clock.now() + 60_000 });
    const api = coreApi(cluster, 'guest');
    expect(await codeOf(api.listNamespace())).toEqual('no failure');

    clock.advance(60_000);

    expect(await codeOf(api.listNamespace())).toEqual(401);
  });

  it('knows users by client certificates, and refuses one that is over', async () => {
    const config = new KubeConfig();
    config.loadFromString(cluster.certificateKubeconfig('admin', systemClock.now() + 60_000));
    const over = new KubeConfig();
    over.loadFromString(cluster.certificateKubeconfig('admin', systemClock.now() - 60_000));

    expect(await codeOf(config.makeApiClient(CoreV1Api).listNamespace())).toEqual('no failure');
    expect(await codeOf(over.makeApiClient(CoreV1Api).listNamespace())).toEqual(401);
  });

  it('serves custom resources once their definition is there', async () => {
    const api = kubeConfigOf(cluster).makeApiClient(CustomObjectsApi);
    const where = { group: 'networking.istio.io', version: 'v1', namespace: 'default', plural: 'gateways' };
    expect(await codeOf(api.listNamespacedCustomObject(where))).toEqual(404);

    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const names = { plural: 'gateways', kind: 'Gateway' };
    const spec = { group: where.group, names, scope: 'Namespaced', versions: [{ name: 'v1', served: true, storage: true, schema }] };
    cluster.store.put({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gateways.networking.istio.io' },
      spec,
    });
    cluster.store.put({
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'cross', namespace: 'default' },
      spec: { a: 1 },
    });

    const list = (await api.listNamespacedCustomObject(where)) as { items: { spec: object }[] };
    expect(list.items.map((item) => item.spec)).toEqual([{ a: 1 }]);
  });

  it('answers a grown service account token, and forgets it with the account', async () => {
    const api = coreApi(cluster);
    const metadata = { name: 'reader', namespace: 'default' };
    cluster.store.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const { status } = await api.createNamespacedServiceAccountToken({
      ...metadata,
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    });
    const config = kubeConfigOf(cluster);
    config.users = [{ name: config.getCurrentUser()?.name ?? '', token: status?.token ?? '' }];
    const own = config.makeApiClient(CustomObjectsApi);
    const listing = { group: 'networking.istio.io', version: 'v1', namespace: 'default', plural: 'gateways' };
    expect(await codeOf(own.listNamespacedCustomObject(listing))).toEqual(403);

    cluster.store.delete('ServiceAccount', 'default', 'reader');

    expect(await codeOf(own.listNamespacedCustomObject(listing))).toEqual(401);
  });

  it('notes every call with who, what and how it ended', async () => {
    const before = cluster.audit.length;
    const heard: string[] = [];
    const stop = cluster.onCall(({ verb, status }) => heard.push(`${verb} ${status}`));

    await codeOf(coreApi(cluster, 'viewer').readNamespacedSecret({ namespace: 'default', name: 'x' }));
    stop();

    expect(cluster.audit.slice(before)).toEqual([
      {
        user: 'viewer',
        verb: 'get',
        method: 'GET',
        path: '/api/v1/namespaces/default/secrets/x',
        resource: 'secrets',
        namespace: 'default',
        name: 'x',
        status: 403,
        at: expect.any(Number),
      },
    ]);
    expect(heard).toEqual(['get 403']);
  });
});

describe('the store of a lab cluster', () => {
  let cluster: LabCluster;

  beforeAll(async () => {
    cluster = await startLabCluster({ name: 'cluster-a', clock });
  });
  afterAll(() => cluster.stop());

  it('writes, patches and deletes as the API shows it', async () => {
    const api = coreApi(cluster);
    cluster.store.put(secret('one'));
    cluster.store.patch('Secret', 'default', 'one', { metadata: { labels: { a: 'b' } } });

    const read = await api.readNamespacedSecret({ namespace: 'default', name: 'one' });
    expect({ labels: read.metadata?.labels, data: read.data, version: read.metadata?.resourceVersion }).toEqual({
      labels: { a: 'b' },
      data: { k: 'dg==' },
      version: cluster.store.resourceVersion,
    });

    expect(cluster.store.delete('Secret', 'default', 'one')).toEqual(true);
    expect(cluster.store.delete('Secret', 'default', 'one')).toEqual(false);
    expect(await codeOf(api.readNamespacedSecret({ namespace: 'default', name: 'one' }))).toEqual(404);
  });

  it('gives copies: changing one changes nothing', () => {
    const copy = cluster.store.put(secret('copied'));
    copy.metadata.labels = { changed: 'yes' };

    expect(cluster.store.get('secrets', 'default', 'copied')?.metadata.labels).toEqual(undefined);
  });

  it('keeps the status that a scene states', () => {
    const condition = { type: 'Available', status: 'True' };
    const metadata = { name: 'istiod', namespace: 'default' };
    cluster.store.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: {}, status: { conditions: [condition] } });

    expect(cluster.store.get('Deployment', 'default', 'istiod')?.['status']).toEqual({ conditions: [condition] });
  });

  it('refuses a kind that is not served', () => {
    expect(() => cluster.store.put({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'x' } })).toThrow(
      'The lab cluster does not serve cert-manager.io/v1/Certificate: put its CustomResourceDefinition first',
    );
    expect(() => cluster.store.list('certificates')).toThrow('The lab cluster serves no kind named certificates');
  });

  it('empties a namespace that is deleted, and collects what has lost its owner', async () => {
    cluster.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } });
    cluster.store.put(secret('inside', 'gone'));
    const owner = cluster.store.put(secret('owner'));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Secret', name: 'owner', uid: owner.metadata.uid ?? '' }];
    cluster.store.put({ ...secret('child'), metadata: { name: 'child', namespace: 'default', ownerReferences } });

    await coreApi(cluster).deleteNamespace({ name: 'gone' });
    cluster.store.delete('Secret', 'default', 'owner');
    await coreApi(cluster).listNamespace();

    expect(cluster.store.get('Namespace', '', 'gone')).toEqual(undefined);
    expect(cluster.store.list('Secret').map(({ metadata }) => metadata.name)).toEqual(['copied']);
  });
});
