/** What the server itself decides at a create or update: identity, generation, addresses, and the parts a door may not touch. */
import { randomInt, randomUUID } from 'node:crypto';
import { fieldsAt, isFields, kubeTime, listAt, sameJson, type Fields, type KubeObject } from './object.ts';
import type { Resource } from './resources.ts';

const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A generated suffix of five letters. */
export function suffix(): string {
  return Array.from({ length: 5 }, () => NAME_LETTERS[randomInt(NAME_LETTERS.length)]).join('');
}

/** True when the status of a kind is written through a door of its own. */
export function hasStatus(resource: Resource): boolean {
  return resource.subresources.some((one) => one.name === 'status');
}

/** Kinds that count the changes of their specification. */
function countsGenerations(resource: Resource): boolean {
  return (
    resource.custom === true ||
    resource.group === 'apps' ||
    resource.kind.endsWith('WebhookConfiguration') ||
    GENERATED.has(resource.resource)
  );
}

const GENERATED = new Set(['endpointslices', 'customresourcedefinitions', 'pods']);

/** The object as it begins: with identity, addresses and its first state. */
export function prepareCreate(resource: Resource, object: KubeObject, now: number): KubeObject {
  const { resourceVersion: _, deletionTimestamp: __, ...stated } = object.metadata;
  const name = stated.name ?? (stated.generateName === undefined ? '' : `${stated.generateName}${suffix()}`);
  const metadata = {
    ...stated,
    name,
    uid: randomUUID(),
    creationTimestamp: kubeTime(now),
    ...(countsGenerations(resource) ? { generation: 1 } : {}),
  };
  const { status: stated_, ...rest } = object;
  const kept = hasStatus(resource) || stated_ === undefined ? {} : { status: stated_ };
  return firstState(resource, { ...rest, ...kept, metadata });
}

type Starter = (object: KubeObject) => KubeObject;

/** An address of the service network, drawn from the uid so that it stays the same for an object. */
function clusterAddress(uid: string): string {
  return `10.96.${parseInt(uid.slice(0, 2), 16)}.${(parseInt(uid.slice(2, 4), 16) % 254) + 1}`;
}

function startService(object: KubeObject): KubeObject {
  const spec = fieldsAt(object, 'spec');
  if (spec['type'] === 'ExternalName') return { ...object, status: { loadBalancer: {} } };
  const address =
    typeof spec['clusterIP'] === 'string' && spec['clusterIP'] !== '' ? spec['clusterIP'] : clusterAddress(object.metadata.uid ?? '');
  const addresses = { clusterIP: address, clusterIPs: [address], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  const allocated = spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  const ports = listAt(spec, 'ports').map((port) =>
    allocated && isFields(port) && port['nodePort'] === undefined ? { ...port, nodePort: 30_000 + randomInt(2768) } : port,
  );
  return { ...object, spec: { ...spec, ...addresses, ports }, status: { loadBalancer: {} } };
}

function startNamespace(object: KubeObject): KubeObject {
  return { ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
}

function startPod(object: KubeObject): KubeObject {
  return { ...object, status: { phase: 'Pending', qosClass: 'BestEffort' } };
}

function startDefinition(object: KubeObject): KubeObject {
  const versions = listAt(object, 'spec', 'versions');
  const stored = versions.filter((version) => isFields(version) && version['storage'] === true).map((version) => fieldsAt(version)['name']);
  return { ...object, status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: stored } };
}

const STARTERS: Readonly<Record<string, Starter>> = {
  '/services': startService,
  '/namespaces': startNamespace,
  '/pods': startPod,
  'apps/deployments': (object) => ({ ...object, status: {} }),
  'apiextensions.k8s.io/customresourcedefinitions': startDefinition,
};

function firstState(resource: Resource, object: KubeObject): KubeObject {
  return STARTERS[`${resource.group}/${resource.resource}`]?.(object) ?? object;
}

/** Identity and what the main door cannot change come from the stored object. */
export function prepareUpdate(resource: Resource, before: KubeObject, after: KubeObject): KubeObject {
  const kept = hasStatus(resource) ? pick(before, 'status') : pick(after, 'status');
  const { status: _, ...rest } = after;
  const object = keepAllocated(resource, before, { ...rest, ...kept, metadata: keepIdentity(before, after) });
  if (!countsGenerations(resource)) return object;
  const changed = !sameJson(specOf(before), specOf(object));
  return { ...object, metadata: { ...object.metadata, generation: (before.metadata.generation ?? 1) + (changed ? 1 : 0) } };
}

/** Through the status door a custom resource changes its status alone; a built-in kind all but specification and, for workloads, labels. */
export function prepareStatus(resource: Resource, before: KubeObject, after: KubeObject): KubeObject {
  const { status: _, ...rest } = before;
  if (resource.custom === true) return { ...rest, ...pick(after, 'status') };
  const { labels: stated, ...metadata } = keepIdentity(before, after);
  const labels = resource.group === 'apps' ? before.metadata.labels : stated;
  return { ...after, ...pick(before, 'spec'), metadata: { ...metadata, ...(labels === undefined ? {} : { labels }) } };
}

function pick(object: KubeObject, name: string): Fields {
  return object[name] === undefined ? {} : { [name]: object[name] };
}

/** Everything but head and status: what a generation counts. */
function specOf(object: KubeObject): unknown {
  const { metadata: _, status: __, apiVersion: ___, kind: ____, ...rest } = object;
  return rest;
}

function keepIdentity(before: KubeObject, after: KubeObject): KubeObject['metadata'] {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generateName, generation } =
    before.metadata;
  const identity = { name, namespace, uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generateName, generation };
  const stated = Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined));
  const { deletionTimestamp: _, ...rest } = after.metadata;
  return { ...rest, ...stated };
}

function keepAllocated(resource: Resource, before: KubeObject, after: KubeObject): KubeObject {
  if (resource.group !== '') return after;
  if (resource.resource === 'namespaces') return { ...after, spec: before['spec'] };
  if (resource.resource !== 'services') return after;
  const old = fieldsAt(before, 'spec');
  const names = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].filter((name) => old[name] !== undefined);
  return { ...after, spec: { ...Object.fromEntries(names.map((name) => [name, old[name]])), ...fieldsAt(after, 'spec') } };
}
