/** What the server fills in before it looks at who owns what. One function per kind that gets any defaults. */
import { fieldsAt, isFields, listAt, textAt, type Fields, type KubeObject } from './object.ts';
import type { Resource } from './resources.ts';

type Defaulter = (object: KubeObject) => KubeObject;

/** Lays fields under an object: what is stated wins. */
function under(defaults: Fields, stated: Fields): Fields {
  return { ...defaults, ...stated };
}

function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const texts = Object.entries(isFields(stringData) ? stringData : {});
  const encoded = texts.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]);
  const data = { ...fieldsAt(object, 'data'), ...Object.fromEntries(encoded) };
  const type = rest['type'] === undefined || rest['type'] === '' ? 'Opaque' : rest['type'];
  return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type };
}

function servicePort(port: unknown): Fields {
  const stated = isFields(port) ? port : {};
  return { ...under({ protocol: 'TCP', targetPort: stated['port'] }, stated) };
}

function service(object: KubeObject): KubeObject {
  const stated = fieldsAt(object, 'spec');
  const type = stated['type'] ?? 'ClusterIP';
  const ports = listAt(stated, 'ports').map(servicePort);
  const exposed = type === 'LoadBalancer' || type === 'NodePort';
  const spec = {
    ...under({ sessionAffinity: 'None', type, internalTrafficPolicy: 'Cluster' }, stated),
    ...(ports.length === 0 ? {} : { ports }),
    ...(exposed ? under({ externalTrafficPolicy: 'Cluster' }, pick(stated, 'externalTrafficPolicy')) : {}),
    ...(type === 'LoadBalancer' ? under({ allocateLoadBalancerNodePorts: true }, pick(stated, 'allocateLoadBalancerNodePorts')) : {}),
  };
  return { ...object, spec, ...(isFields(object['status']) ? { status: serviceStatus(object['status']) } : {}) };
}

/** An address of a load balancer is taken as its own unless said otherwise. */
function serviceStatus(status: Fields): Fields {
  const ingress = listAt(status, 'loadBalancer', 'ingress').map((one) =>
    isFields(one) && one['ip'] !== undefined ? under({ ipMode: 'VIP' }, one) : one,
  );
  return ingress.length === 0 ? status : { ...status, loadBalancer: { ...fieldsAt(status, 'loadBalancer'), ingress } };
}

function pick(fields: Fields, name: string): Fields {
  return fields[name] === undefined ? {} : { [name]: fields[name] };
}

function pullPolicy(image: string): string {
  const tag = /:([^/:@]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function probe(container: Fields, name: string): Fields {
  const stated = container[name];
  if (!isFields(stated)) return {};
  const request = stated['httpGet'];
  const http = isFields(request) ? { httpGet: under({ path: '/', scheme: 'HTTP' }, request) } : {};
  return { [name]: { ...PROBE, ...stated, ...http } };
}

function container(value: unknown): Fields {
  const stated = isFields(value) ? value : {};
  const ports = listAt(stated, 'ports').map((port) => under({ protocol: 'TCP' }, isFields(port) ? port : {}));
  return {
    ...under(
      {
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: pullPolicy(textAt(stated, 'image') ?? ''),
      },
      stated,
    ),
    ...(ports.length === 0 ? {} : { ports }),
    ...probe(stated, 'readinessProbe'),
    ...probe(stated, 'livenessProbe'),
    ...probe(stated, 'startupProbe'),
  };
}

function volume(value: unknown): unknown {
  if (!isFields(value)) return value;
  const kinds = ['secret', 'configMap', 'projected'].filter((kind) => isFields(value[kind]));
  return { ...value, ...Object.fromEntries(kinds.map((kind) => [kind, under({ defaultMode: 420 }, fieldsAt(value, kind))])) };
}

function podSpec(stated: Fields): Fields {
  const lists = ['containers', 'initContainers'].filter((name) => Array.isArray(stated[name]));
  const account = stated['serviceAccountName'];
  return {
    ...under(
      {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
        ...(typeof account === 'string' ? { serviceAccount: account } : {}),
      },
      stated,
    ),
    ...Object.fromEntries(lists.map((name) => [name, listAt(stated, name).map(container)])),
    ...(Array.isArray(stated['volumes']) ? { volumes: stated['volumes'].map(volume) } : {}),
  };
}

function template(spec: Fields): Fields {
  const stated = fieldsAt(spec, 'template');
  return { template: { ...stated, metadata: fieldsAt(stated, 'metadata'), spec: podSpec(fieldsAt(stated, 'spec')) } };
}

const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } };

function deployment(object: KubeObject): KubeObject {
  const spec = fieldsAt(object, 'spec');
  const strategy = spec['strategy'];
  const rolling = isFields(strategy) && strategy['type'] === 'Recreate' ? strategy : { ...ROLLING, ...fieldsAt(spec, 'strategy') };
  const defaults = { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 };
  return { ...object, spec: { ...under(defaults, spec), strategy: rolling, ...template(spec) } };
}

function daemonSet(object: KubeObject): KubeObject {
  const spec = fieldsAt(object, 'spec');
  const update = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };
  return { ...object, spec: { ...under({ revisionHistoryLimit: 10, updateStrategy: update }, spec), ...template(spec) } };
}

function pod(object: KubeObject): KubeObject {
  return { ...object, spec: under({ enableServiceLinks: true }, podSpec(fieldsAt(object, 'spec'))) };
}

function roleBinding(object: KubeObject): KubeObject {
  const subjects = listAt(object, 'subjects').map((subject) =>
    isFields(subject) && subject['kind'] !== 'ServiceAccount' ? under({ apiGroup: 'rbac.authorization.k8s.io' }, subject) : subject,
  );
  const roleRef = under({ apiGroup: 'rbac.authorization.k8s.io' }, fieldsAt(object, 'roleRef'));
  return { ...object, roleRef, ...(subjects.length === 0 ? {} : { subjects }) };
}

function namespace(object: KubeObject): KubeObject {
  const labels = { 'kubernetes.io/metadata.name': object.metadata.name ?? '', ...object.metadata.labels };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function definition(object: KubeObject): KubeObject {
  const spec = fieldsAt(object, 'spec');
  const names = fieldsAt(spec, 'names');
  const kind = typeof names['kind'] === 'string' ? names['kind'] : '';
  const filled = under({ singular: kind.toLowerCase(), listKind: `${kind}List` }, names);
  return { ...object, spec: { ...under({ conversion: { strategy: 'None' } }, spec), names: filled } };
}

function endpointSlice(object: KubeObject): KubeObject {
  const ports = listAt(object, 'ports').map((port) => under({ name: '', protocol: 'TCP' }, isFields(port) ? port : {}));
  const endpoints = listAt(object, 'endpoints').map((one) => under({ conditions: {} }, isFields(one) ? one : {}));
  return { ...object, ...(ports.length === 0 ? {} : { ports }), endpoints: endpoints.length === 0 ? null : endpoints };
}

const DEFAULTERS: Readonly<Record<string, Defaulter>> = {
  '/secrets': secret,
  '/services': service,
  '/pods': pod,
  '/namespaces': namespace,
  'apps/deployments': deployment,
  'apps/daemonsets': daemonSet,
  'rbac.authorization.k8s.io/rolebindings': roleBinding,
  'rbac.authorization.k8s.io/clusterrolebindings': roleBinding,
  'apiextensions.k8s.io/customresourcedefinitions': definition,
  'discovery.k8s.io/endpointslices': endpointSlice,
};

/** The object with defaults, and without what the stored form leaves out (nulls, empty lists and maps of its head). */
export function withDefaults(resource: Resource, object: KubeObject): KubeObject {
  const tidy = resource.custom === true ? tidyHead(object) : tidyHead(withoutNulls(object) as KubeObject);
  return DEFAULTERS[`${resource.group}/${resource.resource}`]?.(tidy) ?? tidy;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutNulls(one)]));
}

const HEAD_COLLECTIONS = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const;
const BODY_COLLECTIONS = ['data', 'binaryData', 'stringData', 'secrets', 'subjects'] as const;

function isEmptyCollection(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || (isFields(value) && Object.keys(value).length === 0);
}

function tidyHead(object: KubeObject): KubeObject {
  const metadata: Fields = { ...object.metadata };
  for (const name of HEAD_COLLECTIONS) if (isEmptyCollection(metadata[name])) delete metadata[name];
  const body: Fields = { ...object };
  for (const name of BODY_COLLECTIONS) if (isEmptyCollection(body[name])) delete body[name];
  return { ...body, metadata };
}
