/** The shape of every Kubernetes object, and the few helpers that each part of the double needs to read one. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** One manager’s entry in managedFields. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: FieldsV1;
  subresource?: string;
}

/** A field set as the wire has it: `{"f:data": {".": {}, "f:key": {}}}`. */
export interface FieldsV1 {
  [element: string]: FieldsV1;
}

/** The head that every object has. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** A JSON object whose fields are not known. */
export type Fields = Record<string, unknown>;

/** True for a JSON object, false for null, lists and plain values. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object below a field, or an empty one. */
export function fieldsAt(parent: unknown, ...path: string[]): Fields {
  let here: unknown = parent;
  for (const name of path) here = isFields(here) ? here[name] : undefined;
  return isFields(here) ? here : {};
}

/** The list below a field, or an empty one. */
export function listAt(parent: unknown, ...path: string[]): unknown[] {
  const last = path.at(-1) ?? '';
  const found = fieldsAt(parent, ...path.slice(0, -1))[last];
  return Array.isArray(found) ? found : [];
}

/** The text below a field, or undefined. */
export function textAt(parent: unknown, ...path: string[]): string | undefined {
  const found = fieldsAt(parent, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return typeof found === 'string' ? found : undefined;
}

/** A copy that shares nothing with the original. */
export function cloneObject<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Deep equality of JSON values; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

/** An instant as Kubernetes writes it: whole seconds, UTC. */
export function kubeTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
