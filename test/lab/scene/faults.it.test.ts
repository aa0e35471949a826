import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStillClock } from '../still-clock.ts';
import { createFaults, type LabFaults } from '../../../lab/faults.ts';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import type { ObjectStore } from '../../../lab/kubernetes/objects.ts';
import { meshFaults } from '../../../lab/scene/faults/index.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';

const KINDS = [
  'Namespace',
  'Node',
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'Service',
  'Pod',
  'Deployment',
  'EndpointSlice',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'Certificate',
  'ClusterIssuer',
  'Gateway',
];

/** Everything that a cluster holds as text, but for versions. A kind without its definition is not there. */
function contents(store: ObjectStore): Map<string, string> {
  const served = new Set(store.list('CustomResourceDefinition').map(({ metadata }) => metadata.name));
  const custom: Record<string, string> = {
    Certificate: 'certificates.cert-manager.io',
    ClusterIssuer: 'clusterissuers.cert-manager.io',
    Gateway: 'gateways.networking.istio.io',
  };
  const kinds = KINDS.filter((kind) => custom[kind] === undefined || served.has(custom[kind]));
  return new Map(kinds.flatMap((kind) => store.list(kind)).map((object) => [nameOf(object), textOf(object)]));
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

function textOf(object: KubeObject): string {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata });
}

describe('lab/scene/faults', () => {
  let mesh: LabMesh;
  let faults: LabFaults;
  const toggles = (): string[] =>
    faults
      .list()
      .filter(({ kind }) => kind === 'toggle')
      .map(({ id }) => id);
  const state = (): Map<string, string>[] => mesh.members.map(({ api }) => contents(api.store));
  const on = (): string[] =>
    faults
      .list()
      .filter((fault) => fault.on)
      .map(({ id }) => id);

  beforeAll(async () => {
    mesh = await buildMesh({ clock: createStillClock() });
    faults = createFaults(meshFaults(mesh));
  });
  afterAll(() => mesh.stop());

  it('names every fault once, with words for a person', () => {
    const list = faults.list();

    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    expect(list.filter(({ title, explain, group }) => title === '' || group === '' || !explain.endsWith('.'))).toEqual([]);
    expect(list.filter((fault) => fault.on)).toEqual([]);
  });

  it('takes every fault back without a trace', async () => {
    const before = state();

    for (const id of toggles()) {
      await faults.set(id, true);
      expect({ id, on: on() }).toEqual({ id, on: [id] });
      await faults.set(id, false);
      expect({ id, on: on(), state: state() }).toEqual({ id, on: [], state: before });
    }
  });

  it('changes some object with every fault but those of API servers and of what waits', async () => {
    const before = state();
    const silent: string[] = [];

    for (const id of toggles().filter((one) => !/^(?:api-|token-|cert-manager-slow$|istiod-(?:volume|deaf|refuses))/.test(one))) {
      await faults.set(id, true);
      const same = state().every((cluster, index) => [...cluster].every(([name, text]) => before[index]?.get(name) === text));
      if (same && state().every((cluster, index) => cluster.size === before[index]?.size)) silent.push(id);
      await faults.set(id, false);
    }

    expect(silent).toEqual([]);
  });

  it('takes back faults of one object in any order', async () => {
    const before = state();
    await faults.set('cacerts-garbage-cluster-b', true);
    const garbage = state();
    await faults.set('cacerts-fifth-key-cluster-b', true);
    await faults.set('cacerts-missing-cluster-b', true);

    await faults.set('cacerts-fifth-key-cluster-b', false);
    await faults.set('cacerts-missing-cluster-b', false);
    const garbageAgain = state();
    await faults.reset();

    expect(garbageAgain).toEqual(garbage);
    expect(state()).toEqual(before);
  });

  it('lets a repair by somebody else win', async () => {
    const { store } = mesh.member('cluster-b').api;
    const good = store.get('Secret', 'istio-system', 'cacerts');
    await faults.set('cacerts-garbage-cluster-b', true);

    store.patch('Secret', 'istio-system', 'cacerts', { data: good?.['data'] });

    expect(on()).toEqual([]);
    await faults.set('cacerts-garbage-cluster-b', false);
    expect(store.get('Secret', 'istio-system', 'cacerts')?.['data']).toEqual(good?.['data']);
  });

  it('refuses a fault that nobody knows', async () => {
    await expect(faults.set('moon', true)).rejects.toThrow('The lab has no fault named moon');
  });
});
