/**
 * How values merge: which lists are sets, which are maps by key, which objects are one piece. What is not said here is the default:
 * an object merges field by field, a list is one piece.
 */
import { fieldsAt, isFields, listAt, type Fields, type KubeObject } from './object.ts';
import { groupVersion, type Resource } from './resources.ts';

/** How one value merges with another of its kind. */
export interface Structure {
  /** An object or list that changes hands as a whole. */
  readonly atomic?: boolean;
  /** A list of plain values without order. */
  readonly set?: boolean;
  /** A list of objects: the fields that tell one from another. */
  readonly keys?: readonly string[];
  /** Values of key fields that may be left out. */
  readonly keyDefaults?: Fields;
  /** The key by which a strategic merge patch finds an element, when it differs. */
  readonly patchKey?: string;
  readonly fields?: Readonly<Record<string, Structure>>;
  /** The structure of each element of a list or of each value of a map. */
  readonly element?: Structure;
  /** True for an object that the stored form always has, even empty: nobody owns its existence. */
  readonly always?: boolean;
  /** No schema says anything of it: objects in it are owned themselves, beside their fields. */
  readonly deduced?: boolean;
}

const DEDUCED: Structure = { deduced: true };
const ATOMIC: Structure = { atomic: true };
const SET: Structure = { set: true };
const ALWAYS: Structure = { always: true };

function byKey(keys: readonly string[], element: Structure = {}, more: Partial<Structure> = {}): Structure {
  return { keys, element, ...more };
}

const CONDITIONS = byKey(['type']);

const METADATA: Structure = {
  always: true,
  fields: { ownerReferences: byKey(['uid'], ATOMIC), finalizers: SET },
};

const PORTS_DEFAULT = { keyDefaults: { protocol: 'TCP' } };

const CONTAINER: Structure = {
  fields: {
    ports: byKey(['containerPort', 'protocol'], {}, { ...PORTS_DEFAULT, patchKey: 'containerPort' }),
    env: byKey(['name'], { fields: { valueFrom: { fields: { fieldRef: ATOMIC, configMapKeyRef: ATOMIC, secretKeyRef: ATOMIC } } } }),
    volumeMounts: byKey(['mountPath']),
    volumeDevices: byKey(['devicePath']),
    resources: { fields: { claims: byKey(['name']) } },
  },
};

const POD_SPEC: Structure = {
  always: true,
  fields: {
    containers: byKey(['name'], CONTAINER, { always: true }),
    initContainers: byKey(['name'], CONTAINER),
    ephemeralContainers: byKey(['name'], CONTAINER),
    volumes: byKey(['name']),
    imagePullSecrets: byKey(['name']),
    hostAliases: byKey(['ip']),
    topologySpreadConstraints: byKey(['topologyKey', 'whenUnsatisfiable'], {}, { patchKey: 'topologyKey' }),
    nodeSelector: ATOMIC,
    tolerations: ATOMIC,
  },
};

const POD_STATUS: Structure = {
  always: true,
  fields: { conditions: CONDITIONS, podIPs: byKey(['ip']), hostIPs: ATOMIC },
};

const TEMPLATE: Structure = { always: true, fields: { metadata: METADATA, spec: POD_SPEC } };

function workload(more: Readonly<Record<string, Structure>>): Structure {
  const spec = { always: true, fields: { selector: { atomic: true, always: true }, template: TEMPLATE, ...more } };
  return { fields: { metadata: METADATA, spec, status: { always: true, fields: { conditions: CONDITIONS } } } };
}

const SERVICE: Structure = {
  fields: {
    metadata: METADATA,
    spec: {
      always: true,
      fields: { ports: byKey(['port', 'protocol'], {}, { ...PORTS_DEFAULT, patchKey: 'port' }), selector: ATOMIC, clusterIPs: ATOMIC },
    },
    status: { always: true, fields: { conditions: CONDITIONS, loadBalancer: { always: true, fields: { ingress: ATOMIC } } } },
  },
};

/** What most kinds look like. */
export const PLAIN: Structure = {
  fields: { metadata: METADATA, spec: ALWAYS, status: { always: true, fields: { conditions: CONDITIONS } } },
};

const STRUCTURES: Readonly<Record<string, Structure>> = {
  'v1/pods': { fields: { metadata: METADATA, spec: POD_SPEC, status: POD_STATUS } },
  'v1/services': SERVICE,
  'v1/serviceaccounts': { fields: { metadata: METADATA, secrets: byKey(['name']), imagePullSecrets: ATOMIC } },
  'apps/v1/deployments': workload({ strategy: ALWAYS }),
  'apps/v1/statefulsets': workload({ updateStrategy: ALWAYS }),
  'apps/v1/daemonsets': workload({ updateStrategy: ALWAYS }),
  'apps/v1/replicasets': workload({}),
  'apiextensions.k8s.io/v1/customresourcedefinitions': {
    fields: {
      metadata: METADATA,
      spec: { always: true, fields: { names: { always: true, fields: { shortNames: ATOMIC, categories: ATOMIC } }, versions: ATOMIC } },
      status: {
        always: true,
        fields: { conditions: { ...CONDITIONS, always: true }, acceptedNames: ALWAYS, storedVersions: { atomic: true } },
      },
    },
  },
  'rbac.authorization.k8s.io/v1/clusterroles': { fields: { metadata: METADATA, rules: ATOMIC } },
  'admissionregistration.k8s.io/v1/validatingwebhookconfigurations': {
    fields: { metadata: METADATA, webhooks: byKey(['name'], { fields: { clientConfig: ALWAYS } }) },
  },
  'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': {
    fields: { metadata: METADATA, webhooks: byKey(['name'], { fields: { clientConfig: ALWAYS } }) },
  },
};

/** The structure of a resource. For a custom resource it is read from its definition's schema. */
export function structureOf(resource: Resource, definition: KubeObject | undefined): Structure {
  if (definition !== undefined) return customStructure(resource, definition);
  return STRUCTURES[`${groupVersion(resource)}/${resource.resource}`] ?? PLAIN;
}

function customStructure(resource: Resource, definition: KubeObject): Structure {
  const version = listAt(definition, 'spec', 'versions').find((one) => isFields(one) && one['name'] === resource.version);
  const read = fromSchema(fieldsAt(version, 'schema', 'openAPIV3Schema'));
  return { ...read, fields: { ...read.fields, metadata: METADATA } };
}

function fromSchema(schema: Fields): Structure {
  if (schema['x-kubernetes-map-type'] === 'atomic') return ATOMIC;
  if (schema['type'] === 'array') return listFromSchema(schema);
  const properties = Object.entries(fieldsAt(schema, 'properties'));
  const fields = Object.fromEntries(properties.map(([name, value]) => [name, fromSchema(isFields(value) ? value : {})]));
  const values = fieldsAt(schema, 'additionalProperties');
  if (Object.keys(values).length > 0) return { fields, element: fromSchema(values) };
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? { fields, element: DEDUCED } : { fields };
}

function listFromSchema(schema: Fields): Structure {
  if (schema['x-kubernetes-list-type'] === 'set') return SET;
  if (schema['x-kubernetes-list-type'] !== 'map') return ATOMIC;
  return byKey(listAt(schema, 'x-kubernetes-list-map-keys').map(String), fromSchema(fieldsAt(schema, 'items')));
}

/** The structure one step below. */
export function childStructure(structure: Structure, field: string): Structure {
  return structure.fields?.[field] ?? structure.element ?? (structure.deduced === true ? DEDUCED : {});
}

/** True when a list merges element by element. */
export function isAssociative(structure: Structure): boolean {
  return structure.set === true || structure.keys !== undefined;
}
