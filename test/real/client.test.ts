import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import { certManagerDefinitions } from '../../lab/scene/definitions.ts';
import { OperatorError } from '../../src/core/errors.ts';
import { ApiError } from '../../src/k8s/errors.ts';
import { CERTIFICATES, CONFIG_MAPS, NAMESPACES, SECRETS, type Resource } from '../../src/k8s/resources.ts';
import { NEVER, rejectionOf } from '../k8s/lab.ts';
import { must } from './call.ts';
import { kubeconfigText, makeNamespace, startBench, tokenOf, type Bench } from './clients.ts';
import { putObjects } from './objects.ts';

const NAMESPACE = 'real-client';
const CALL = { signal: NEVER };

function configMap(name: string, data: Record<string, string>, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: NAMESPACE, name, ...metadata }, data };
}

async function failureOf(promise: Promise<unknown>): Promise<OperatorError> {
  const error = await rejectionOf(promise);
  if (!(error instanceof OperatorError)) throw new Error('It failed with something that is no OperatorError', { cause: error });
  return error;
}

function metadataOf(object: unknown): { readonly uid: string; readonly resourceVersion: string } {
  return (object as { metadata: { uid: string; resourceVersion: string } }).metadata;
}

describe('src/k8s/client.ts on a real API server', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench(inject('servers').a);
    await makeNamespace(bench.side, NAMESPACE);
  });
  afterAll(() => bench.stop());

  const at = (name: string) => ({ namespace: NAMESPACE, name });

  async function dataOf(name: string): Promise<unknown> {
    return ((await bench.client.get(CONFIG_MAPS, at(name), CALL)) as { data: unknown }).data;
  }

  it('reads the version', async () => {
    expect(await bench.client.raw('/version', CALL)).toMatchObject({ gitVersion: bench.server.version, major: '1' });
  });

  it('creates, reads, replaces, patches and deletes', async () => {
    const { client } = bench;
    const created = metadataOf(await client.create(CONFIG_MAPS, configMap('whole', { a: '1' }), CALL));
    const { metadata, ...rest } = configMap('whole', { a: '2' });
    const { resourceVersion } = created;
    const replaced = metadataOf(await client.replace(CONFIG_MAPS, { ...rest, metadata: { ...metadata, resourceVersion } }, CALL));
    await client.mergePatch(CONFIG_MAPS, at('whole'), { data: { b: '3' } }, CALL);
    expect([replaced.uid, await dataOf('whole')]).toEqual([created.uid, { a: '2', b: '3' }]);
    await client.delete(CONFIG_MAPS, at('whole'), CALL);
    expect(await failureOf(client.get(CONFIG_MAPS, at('whole'), CALL))).toMatchObject({
      reason: 'notFound',
      kindMissing: false,
      message: `Cannot get configmaps whole (cluster cluster-a, namespace ${NAMESPACE}): 404 configmaps "whole" not found`,
    });
  });

  it('does not make an object that is there', async () => {
    await bench.client.create(CONFIG_MAPS, configMap('twice', {}), CALL);
    expect(await failureOf(bench.client.create(CONFIG_MAPS, configMap('twice', {}), CALL))).toMatchObject({
      reason: 'conflict',
      status: 409,
    });
  });

  it('neither replaces nor patches an object that has changed since it was read', async () => {
    const { client } = bench;
    const { resourceVersion } = metadataOf(await client.create(CONFIG_MAPS, configMap('stale', { a: '1' }), CALL));
    await client.mergePatch(CONFIG_MAPS, at('stale'), { data: { a: '2' } }, CALL);
    const { metadata, ...rest } = configMap('stale', { a: '3' });
    const replacing = client.replace(CONFIG_MAPS, { ...rest, metadata: { ...metadata, resourceVersion } }, CALL);
    expect(await failureOf(replacing)).toMatchObject({ reason: 'conflict', status: 409 });
    const patching = client.mergePatch(CONFIG_MAPS, at('stale'), { metadata: { resourceVersion }, data: { a: '4' } }, CALL);
    expect(await failureOf(patching)).toMatchObject({ reason: 'conflict', status: 409 });
    expect(await dataOf('stale')).toEqual({ a: '2' });
  });

  it('deletes only the object that was meant', async () => {
    const { client } = bench;
    const { uid, resourceVersion } = metadataOf(await client.create(CONFIG_MAPS, configMap('meant', {}), CALL));
    const other = { uid: '00000000-0000-4000-8000-000000000000' };
    expect(await failureOf(client.delete(CONFIG_MAPS, at('meant'), { ...CALL, preconditions: other }))).toMatchObject({
      reason: 'conflict',
    });
    const earlier = { uid, resourceVersion: '1' };
    expect(await failureOf(client.delete(CONFIG_MAPS, at('meant'), { ...CALL, preconditions: earlier }))).toMatchObject({
      reason: 'conflict',
    });
    await client.delete(CONFIG_MAPS, at('meant'), { ...CALL, preconditions: { uid, resourceVersion } });
    expect(await failureOf(client.get(CONFIG_MAPS, at('meant'), CALL))).toMatchObject({ reason: 'notFound' });
  });

  it('keeps nothing of a dry run', async () => {
    const { client } = bench;
    const dry = { ...CALL, dryRun: true };
    await client.create(CONFIG_MAPS, configMap('kept', { a: '1' }), CALL);
    await client.create(CONFIG_MAPS, configMap('dry', {}), dry);
    await client.apply(CONFIG_MAPS, configMap('dry', {}), dry);
    await client.mergePatch(CONFIG_MAPS, at('kept'), { data: { a: '2' } }, dry);
    await client.delete(CONFIG_MAPS, at('kept'), dry);
    expect(await failureOf(client.get(CONFIG_MAPS, at('dry'), CALL))).toMatchObject({ reason: 'notFound' });
    expect(await dataOf('kept')).toEqual({ a: '1' });
  });

  it('applies what is ours, gives up what it omits, and leaves what belongs to others', async () => {
    const { client } = bench;
    await client.apply(CONFIG_MAPS, configMap('applied', { ours: '1', gone: '1' }), CALL);
    await must(bench.side, {
      method: 'PATCH',
      path: `/api/v1/namespaces/${NAMESPACE}/configmaps/applied?fieldManager=someone`,
      contentType: 'application/merge-patch+json',
      body: { data: { theirs: '1' } },
    });
    await client.apply(CONFIG_MAPS, configMap('applied', { ours: '2' }), CALL);
    expect(await dataOf('applied')).toEqual({ ours: '2', theirs: '1' });
  });

  it('names the owner of every field in dispute, and takes them over on purpose', async () => {
    const { client } = bench;
    await must(bench.side, {
      method: 'POST',
      path: `/api/v1/namespaces/${NAMESPACE}/configmaps?fieldManager=kubectl-edit`,
      body: configMap('disputed', { 'root-cert.pem': 'theirs', mesh: 'theirs' }),
    });
    const ours = configMap('disputed', { 'root-cert.pem': 'ours', mesh: 'ours' });
    const refused = await failureOf(client.apply(CONFIG_MAPS, ours, CALL));
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({
      reason: 'conflict',
      conflicts: [
        { manager: 'kubectl-edit', field: '.data.mesh' },
        { manager: 'kubectl-edit', field: '.data.root-cert.pem' },
      ],
      next: 'These fields belong to kubectl-edit: change them there, or take them over on purpose.',
    });
    expect(await dataOf('disputed')).toEqual({ mesh: 'theirs', 'root-cert.pem': 'theirs' });
    await client.apply(CONFIG_MAPS, ours, { ...CALL, force: true });
    expect(await dataOf('disputed')).toEqual({ mesh: 'ours', 'root-cert.pem': 'ours' });
  });

  it('lists page by page, each object once', async () => {
    const namespace = `${NAMESPACE}-pages`;
    await makeNamespace(bench.side, namespace);
    const labels = { paged: 'yes' };
    const names = Array.from({ length: 1_001 }, (_, index) => `page-${String(index).padStart(4, '0')}`);
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (const name of names.filter((_, index) => index % 8 === lane)) {
        await bench.client.create(CONFIG_MAPS, configMap(name, {}, { namespace, labels }), CALL);
      }
    });
    await Promise.all(lanes);
    bench.calls.length = 0;
    const found = await bench.client.list(CONFIG_MAPS, { ...CALL, namespace, labelSelector: 'paged=yes' });
    expect(found.map((object) => (object as { metadata: { name: string } }).metadata.name)).toEqual(names);
    expect(bench.calls.map(({ verb, status }) => [verb, status])).toEqual([
      ['list', 200],
      ['list', 200],
      ['list', 200],
    ]);
    await bench.client.delete(NAMESPACES, { name: namespace }, CALL);
  });

  it('says that a kind is not installed, until it is', async () => {
    const kind: Resource = { group: 'new.example.com', version: 'v1', plural: 'certificates' };
    expect(await failureOf(bench.client.list(kind, { ...CALL, namespace: NAMESPACE }))).toMatchObject({
      reason: 'notFound',
      kindMissing: true,
      next: 'The API server knows no new.example.com kinds: install what brings them.',
    });
    const definitions = JSON.stringify(certManagerDefinitions()).replaceAll('cert-manager.io', kind.group);
    await putObjects(bench.side, JSON.parse(definitions) as KubeObject[]);
    expect(await bench.client.list(kind, { ...CALL, namespace: NAMESPACE })).toEqual([]);
  });

  it('writes a custom resource and its status', async () => {
    const { client } = bench;
    await putObjects(bench.side, certManagerDefinitions());
    const certificate = {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: at('root'),
      spec: { secretName: 'root', isCA: true, issuerRef: { name: 'self' } },
    };
    const created = (await client.create(CERTIFICATES, certificate, CALL)) as typeof certificate & {
      metadata: { resourceVersion: string };
    };
    const status = { conditions: [{ type: 'Issuing', status: 'True', reason: 'ManuallyTriggered' }] };
    await client.replace(CERTIFICATES, { ...created, status }, { ...CALL, subresource: 'status' });
    // What is written through the main door does not reach the status.
    await client.mergePatch(CERTIFICATES, at('root'), { spec: { isCA: false }, status: { conditions: [] } }, CALL);
    expect(await client.get(CERTIFICATES, at('root'), CALL)).toMatchObject({ spec: { isCA: false }, status });
  });

  it('says which rule is missing', async () => {
    const client = bench.open(await bench.kubeconfigOf(NAMESPACE, 'poor'));
    expect(await failureOf(client.get(SECRETS, { namespace: NAMESPACE, name: 'cacerts' }, CALL))).toMatchObject({
      reason: 'forbidden',
      why: `403 secrets "cacerts" is forbidden: User "system:serviceaccount:${NAMESPACE}:poor" cannot get resource "secrets" in API group "" in the namespace "${NAMESPACE}"`,
      next: `Grant this: apiGroups: [""], resources: ["secrets"], verbs: ["get"] in a Role of namespace ${NAMESPACE}`,
    });
    expect(await failureOf(client.list(CERTIFICATES, CALL))).toMatchObject({
      reason: 'forbidden',
      next: 'Grant this: apiGroups: ["cert-manager.io"], resources: ["certificates"], verbs: ["list"] in a ClusterRole',
    });
    expect(await failureOf(client.apply(CONFIG_MAPS, configMap('mine', {}), CALL))).toMatchObject({
      reason: 'forbidden',
      next: `Grant this: apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] in a Role of namespace ${NAMESPACE}`,
    });
  });

  it('reports input that the server refuses, by any of its statuses', async () => {
    const { client } = bench;
    const unknownField = { ...configMap('odd', {}), nonsense: true };
    expect(await failureOf(client.apply(CONFIG_MAPS, unknownField, CALL))).toMatchObject({ reason: 'invalid', status: 500 });
    expect(await failureOf(client.create(CONFIG_MAPS, configMap('Odd_Name', {}), CALL))).toMatchObject({ reason: 'invalid', status: 422 });
    const lease = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
    const times = { renewTime: '2026-01-01T00:00:00.000Z' };
    const odd = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: at('odd'), spec: times };
    expect(await failureOf(client.create(lease, odd, CALL))).toMatchObject({ reason: 'invalid', status: 400 });
  });

  it('is told of a token that is not good, and takes the newer one from the kubeconfig', async () => {
    const file = join(bench.folder, 'renewed.yaml');
    await writeFile(file, kubeconfigText('cluster-a', bench.side, 'not-a-token'));
    const client = bench.open(file);
    expect(await failureOf(client.list(CONFIG_MAPS, { ...CALL, namespace: NAMESPACE }))).toMatchObject({ reason: 'unauthorized' });
    await writeFile(file, await readFile(await bench.kubeconfigOf(NAMESPACE, 'renewed'), 'utf8'));
    bench.calls.length = 0;
    expect(await failureOf(client.list(CONFIG_MAPS, { ...CALL, namespace: NAMESPACE }))).toMatchObject({ reason: 'forbidden' });
    expect(bench.calls.map(({ status }) => status)).toEqual([401, 403]);
  });

  it('does not take a server of another authority', async () => {
    const other = await startBench(inject('servers').b, 'cluster-b');
    const token = await tokenOf(bench.side, NAMESPACE, 'elsewhere');
    const file = join(bench.folder, 'elsewhere.yaml');
    await writeFile(file, kubeconfigText('cluster-a', { ...bench.side, ca: other.side.ca }, token));
    expect(await failureOf(bench.open(file).raw('/version', CALL))).toMatchObject({ reason: 'tls' });
    await other.stop();
  });
});
