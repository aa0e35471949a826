/** The resources that the double serves by itself; every other one comes from a CustomResourceDefinition. */
import { createHash } from 'node:crypto';

/** One kind of object in one version, and what can be done with it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: what stands in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources: readonly Subresource[];
  /** True when a CustomResourceDefinition declares it. */
  readonly custom?: boolean;
}

/** A part of an object with a path of its own. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };
const SCALE: Subresource = { name: 'scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1', kind: 'Scale' };
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];

type Row = Pick<Resource, 'resource' | 'kind'> & Partial<Resource>;

function table(group: string, version: string, rows: readonly Row[]): Resource[] {
  return rows.map((row) => ({
    group,
    version,
    singular: row.kind.toLowerCase(),
    namespaced: true,
    verbs: ALL,
    subresources: [],
    ...row,
  }));
}

/** In the order in which discovery lists them. */
export const BUILT_IN: readonly Resource[] = [
  ...table('', 'v1', [
    { resource: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
    { resource: 'endpoints', kind: 'Endpoints', singular: 'endpoints', shortNames: ['ep'] },
    { resource: 'events', kind: 'Event', shortNames: ['ev'] },
    {
      resource: 'namespaces',
      kind: 'Namespace',
      namespaced: false,
      verbs: ALL.filter((verb) => verb !== 'deletecollection'),
      shortNames: ['ns'],
      subresources: [{ name: 'finalize', verbs: ['update'] }, STATUS],
    },
    { resource: 'nodes', kind: 'Node', namespaced: false, shortNames: ['no'], subresources: [STATUS] },
    {
      resource: 'pods',
      kind: 'Pod',
      shortNames: ['po'],
      categories: ['all'],
      subresources: [
        { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
        { name: 'binding', kind: 'Binding', verbs: ['create'] },
        { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
        { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
        { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
        { name: 'log', verbs: ['get'] },
        { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
        { name: 'proxy', kind: 'PodProxyOptions', verbs: PROXY },
        { name: 'resize', verbs: ['get', 'patch', 'update'] },
        STATUS,
      ],
    },
    { resource: 'secrets', kind: 'Secret' },
    {
      resource: 'serviceaccounts',
      kind: 'ServiceAccount',
      shortNames: ['sa'],
      subresources: [{ name: 'token', group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] }],
    },
    {
      resource: 'services',
      kind: 'Service',
      shortNames: ['svc'],
      categories: ['all'],
      subresources: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: PROXY }, STATUS],
    },
  ]),
  ...table('apps', 'v1', [
    { resource: 'controllerrevisions', kind: 'ControllerRevision' },
    { resource: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'], categories: ['all'], subresources: [STATUS] },
    { resource: 'deployments', kind: 'Deployment', shortNames: ['deploy'], categories: ['all'], subresources: [SCALE, STATUS] },
    { resource: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'], categories: ['all'], subresources: [SCALE, STATUS] },
    { resource: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'], categories: ['all'], subresources: [SCALE, STATUS] },
  ]),
  ...table('authentication.k8s.io', 'v1', [
    { resource: 'selfsubjectreviews', kind: 'SelfSubjectReview', namespaced: false, verbs: ['create'] },
  ]),
  ...table('authorization.k8s.io', 'v1', [
    { resource: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', namespaced: false, verbs: ['create'] },
  ]),
  ...table('rbac.authorization.k8s.io', 'v1', [
    { resource: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false },
    { resource: 'clusterroles', kind: 'ClusterRole', namespaced: false },
    { resource: 'rolebindings', kind: 'RoleBinding' },
    { resource: 'roles', kind: 'Role' },
  ]),
  ...table('apiextensions.k8s.io', 'v1', [
    {
      resource: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      namespaced: false,
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      subresources: [STATUS],
    },
  ]),
  ...table('admissionregistration.k8s.io', 'v1', [
    {
      resource: 'mutatingwebhookconfigurations',
      kind: 'MutatingWebhookConfiguration',
      namespaced: false,
      categories: ['api-extensions'],
    },
    {
      resource: 'validatingwebhookconfigurations',
      kind: 'ValidatingWebhookConfiguration',
      namespaced: false,
      categories: ['api-extensions'],
    },
  ]),
  ...table('coordination.k8s.io', 'v1', [{ resource: 'leases', kind: 'Lease' }]),
  ...table('discovery.k8s.io', 'v1', [{ resource: 'endpointslices', kind: 'EndpointSlice' }]),
];

/** The group and plural, the name under which objects of all versions are stored together. */
export function storageKey(resource: Pick<Resource, 'group' | 'resource'>): string {
  return `${resource.group}/${resource.resource}`;
}

/** `v1` or `apps/v1`. */
export function groupVersion(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The hash by which a client notices that the stored form of a resource changed. */
export function storageVersionHash(resource: Resource): string {
  const text = `${resource.group}/${resource.version}/${resource.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}
