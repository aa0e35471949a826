/** Which fields a kind has and of which type, for the kinds whose mistakes are told before anything else is looked at. */
import { isFields, type Fields, type KubeObject } from './object.ts';
import { storageKey, type Resource } from './resources.ts';
import { fillDefaults, pruneUnknown, schemaOf } from './schema.ts';

/** `texts` is a map to strings, `bytes` a map to base64; an object lists its fields; `any` is not looked into. */
type Shape = 'any' | 'text' | 'flag' | 'number' | 'texts' | 'bytes' | 'microtime' | { readonly [field: string]: Shape };

const METADATA: Shape = {
  name: 'text',
  generateName: 'text',
  namespace: 'text',
  selfLink: 'text',
  uid: 'text',
  resourceVersion: 'text',
  generation: 'number',
  creationTimestamp: 'any',
  deletionTimestamp: 'any',
  deletionGracePeriodSeconds: 'number',
  labels: 'texts',
  annotations: 'texts',
  ownerReferences: 'any',
  finalizers: 'any',
  managedFields: 'any',
};

const HEAD = { apiVersion: 'text', kind: 'text', metadata: METADATA } as const;

const SHAPES: Readonly<Record<string, Shape>> = {
  '/secrets': { ...HEAD, data: 'bytes', stringData: 'texts', type: 'text', immutable: 'flag' },
  '/configmaps': { ...HEAD, data: 'texts', binaryData: 'bytes', immutable: 'flag' },
  '/namespaces': { ...HEAD, spec: { finalizers: 'any' }, status: 'any' },
  'apps/deployments': {
    ...HEAD,
    spec: {
      replicas: 'number',
      selector: 'any',
      template: 'any',
      strategy: 'any',
      minReadySeconds: 'number',
      revisionHistoryLimit: 'number',
      paused: 'flag',
      progressDeadlineSeconds: 'number',
    },
    status: 'any',
  },
  'coordination.k8s.io/leases': {
    ...HEAD,
    spec: {
      holderIdentity: 'text',
      leaseDurationSeconds: 'number',
      acquireTime: 'microtime',
      renewTime: 'microtime',
      leaseTransitions: 'number',
      strategy: 'text',
      preferredHolder: 'text',
    },
  },
};

const GO_TYPES: Readonly<Record<string, string>> = {
  text: 'string',
  flag: 'bool',
  number: 'int32',
  texts: 'map[string]string',
  bytes: 'map[string][]uint8',
};
const LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** What is wrong with a body, and the body without what its kind does not have. */
export interface ShapeReport {
  /** The first value of a wrong type, in the words of the server's decoder. */
  readonly wrong: string | undefined;
  /** Fields that the kind does not have, as dotted paths. */
  readonly unknown: readonly string[];
  /** The object without them. */
  readonly pruned: unknown;
}

/** Compares a body with its kind's shape. Kinds without one pass as they are. */
export function checkShape(resource: Resource, body: unknown, definition?: KubeObject): ShapeReport {
  if (definition !== undefined && isFields(body)) return checkSchema(resource, body as KubeObject, definition);
  const shape = SHAPES[storageKey(resource)];
  if (shape === undefined) return { wrong: undefined, unknown: [], pruned: body };
  const unknown: string[] = [];
  const wrong: string[] = [];
  const pruned = walk(body, shape, { kind: resource.kind, path: '', unknown, wrong });
  return { wrong: wrong[0], unknown, pruned };
}

/** Types are the business of validation there. */
function checkSchema(resource: Resource, body: KubeObject, definition: KubeObject): ShapeReport {
  const schema = schemaOf(resource, definition);
  const { object, unknown } = pruneUnknown(schema, body);
  return { wrong: undefined, unknown, pruned: fillDefaults(object, schema) };
}

interface Walk {
  readonly kind: string;
  readonly path: string;
  readonly unknown: string[];
  readonly wrong: string[];
}

function walk(value: unknown, shape: Shape, at: Walk): unknown {
  if (shape === 'any' || value === null || value === undefined) return value;
  if (typeof shape === 'string') {
    const fault = leafFault(value, shape, at);
    if (fault !== undefined) at.wrong.push(fault);
    return value;
  }
  if (!isFields(value)) {
    at.wrong.push(mismatch(value, at, 'object'));
    return value;
  }
  const kept: Fields = {};
  for (const [name, one] of Object.entries(value)) {
    const path = at.path === '' ? name : `${at.path}.${name}`;
    const below = shape[name];
    if (below === undefined) at.unknown.push(path);
    else kept[name] = walk(one, below, { ...at, path });
  }
  return kept;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function mismatch(value: unknown, { kind, path }: Walk, type: string): string {
  return `json: cannot unmarshal ${goKind(value)} into Go struct field ${kind}.${path} of type ${type}`;
}

function leafFault(value: unknown, shape: Exclude<Shape, object>, at: Walk): string | undefined {
  switch (shape) {
    case 'text':
      return typeof value === 'string' ? undefined : mismatch(value, at, 'string');
    case 'flag':
      return typeof value === 'boolean' ? undefined : mismatch(value, at, 'bool');
    case 'number':
      return typeof value === 'number' ? undefined : mismatch(value, at, 'int32');
    case 'microtime':
      return typeof value === 'string' ? microtimeFault(value) : mismatch(value, at, 'string');
    default:
      return mapFault(value, shape, at);
  }
}

function mapFault(value: unknown, shape: Exclude<Shape, object>, at: Walk): string | undefined {
  if (!isFields(value)) return mismatch(value, at, GO_TYPES[shape] ?? 'object');
  const odd = Object.values(value).find((one) => typeof one !== 'string');
  if (odd !== undefined && odd !== null) return mismatch(odd, at, 'string');
  if (shape !== 'bytes') return undefined;
  const places = Object.values(value).map((one) => badBase64(String(one)));
  const place = places.find((one) => one >= 0);
  return place === undefined ? undefined : `illegal base64 data at input byte ${place}`;
}

/** Where a text stops being base64, or -1. */
function badBase64(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  if (bad >= 0) return bad;
  return text.length % 4 === 0 ? -1 : text.length - (text.length % 4);
}

/** A micro time has exactly six decimals. */
function microtimeFault(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?<rest>.*)$/.exec(text);
  if (date === null) return `parsing time "${text}" as "${LAYOUT}": cannot parse "${text}" as "2006"`;
  return `parsing time "${text}" as "${LAYOUT}": cannot parse "${date.groups?.['rest']}" as ".000000"`;
}
