/** Direct access to a cluster's objects for scenes and controllers: the same writes as through the API, without rights and rules. */
import { establish, type DefinitionContext } from './definitions.ts';
import { cloneObject, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { removeObject, type DeletionContext } from './deletes.ts';
import { mergePatch } from './patches.ts';
import type { Resource } from './resources.ts';
import type { Storage, StoreEvent } from './store.ts';
import type { Writes } from './writes.ts';

/** A kind (`Secret`), plural (`secrets`), short name (`cm`) or `plural.group`. */
export type KindName = string;

/** How a write of the lab is made. */
export interface WriteOptions {
  /** The field manager that the write is attributed to; `lab` by default. */
  readonly manager?: string;
  readonly subresource?: 'status';
}

/** A cluster’s objects, for those who are inside of the lab. What is handed out is a copy. */
export interface ObjectStore {
  /** Creates the object or replaces what is there, status included. Answers it as stored. */
  put(object: KubeObject, options?: WriteOptions): KubeObject;
  /** Puts an object back exactly as {@link get} answered it, identity, generation and owners too; only its version is new. */
  restore(object: KubeObject): void;
  get(kind: KindName, namespace: string, name: string): KubeObject | undefined;
  list(kind: KindName, namespace?: string): KubeObject[];
  /** Deletes as a client would: a finalizer holds. True when there was such an object. */
  delete(kind: KindName, namespace: string, name: string): boolean;
  /** Merge patch. Through the main door, status included; through `status` as a controller writes it. */
  patch(kind: KindName, namespace: string, name: string, patch: object, options?: WriteOptions): KubeObject;
  /** Hears of every write, also those through the API. */
  onWrite(listener: (event: StoreEvent) => void): () => void;
  /** The version of the latest write. */
  readonly resourceVersion: string;
}

/** What direct access needs. */
export interface ObjectStoreParts extends DeletionContext, DefinitionContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly writes: Writes;
}

const MANAGER = 'lab';

/** Direct access to a cluster’s objects. A kind that is not served is an error that says what to put first. */
export function createObjectStore(parts: ObjectStoreParts): ObjectStore {
  const { storage, registry, writes } = parts;

  function known(kind: KindName): Resource {
    const resource = registry.findNamed(kind);
    if (resource === undefined) throw new Error(`The lab cluster serves no kind named ${kind}: put its CustomResourceDefinition first`);
    return resource;
  }

  function resourceOf(object: KubeObject): Resource {
    const resource = registry.findKind(object.apiVersion ?? '', object.kind ?? '');
    if (resource !== undefined) return resource;
    throw new Error(`The lab cluster does not serve ${object.apiVersion}/${object.kind}: put its CustomResourceDefinition first`);
  }

  function write(resource: Resource, object: KubeObject, manager: string): KubeObject {
    const namespace = resource.namespaced ? (object.metadata.namespace ?? 'default') : '';
    const door = { resource, subresource: '', namespace, manager, dryRun: false, trusted: true };
    const name = object.metadata.name ?? '';
    const stored = storage.get(resource, namespace, name);
    if (stored !== undefined) return writes.update(door, name, () => cloneObject(object)).object;
    const { status, ...rest } = cloneObject(object);
    const created = writes.create(door, rest).object;
    return status === undefined ? created : writes.update(door, created.metadata.name ?? '', (before) => ({ ...before, status })).object;
  }

  return {
    put(object, options) {
      const written = write(resourceOf(object), object, options?.manager ?? MANAGER);
      if (object.kind === 'CustomResourceDefinition') establish(parts, written.metadata.name ?? '');
      return cloneObject(written);
    },
    restore: (object) => void storage.put(resourceOf(object), cloneObject(object)),
    get(kind, namespace, name) {
      const resource = known(kind);
      const found = storage.get(resource, resource.namespaced ? namespace : '', name)?.object;
      return found === undefined ? undefined : cloneObject(found);
    },
    list: (kind, namespace) =>
      storage
        .all(known(kind))
        .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
        .map(({ object }) => cloneObject(object)),
    delete(kind, namespace, name) {
      const resource = known(kind);
      const found = storage.get(resource, resource.namespaced ? namespace : '', name)?.object;
      if (found === undefined) return false;
      removeObject(parts, resource, found, { graceSeconds: 0 });
      return true;
    },
    patch(kind, namespace, name, patch, options) {
      const resource = known(kind);
      const door = {
        resource,
        subresource: options?.subresource ?? '',
        namespace: resource.namespaced ? namespace : '',
        manager: options?.manager ?? MANAGER,
        dryRun: false,
        trusted: true,
      };
      const text = JSON.stringify(patch);
      return cloneObject(writes.update(door, name, (before) => mergePatch(before, text) as KubeObject).object);
    },
    onWrite: (listener) => storage.onWrite((_, event) => listener(event)),
    get resourceVersion() {
      return String(storage.revision);
    },
  };
}
