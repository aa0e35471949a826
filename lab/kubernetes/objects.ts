/** Direct access to a cluster's objects for scenes and controllers: the same writes as through the API, without rights and rules. */
import { establish, type DefinitionContext } from './definitions.ts';
import { cloneObject, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { removeObject, type DeletionContext } from './deletes.ts';
import { mergePatch } from './patches.ts';
import type { Resource } from './resources.ts';
import type { Storage, StoreEvent } from './store.ts';
import type { Door, Writes } from './writes.ts';

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
export class LabObjects implements ObjectStore {
  readonly #parts: ObjectStoreParts;

  constructor(parts: ObjectStoreParts) {
    this.#parts = parts;
  }

  get resourceVersion(): string {
    return String(this.#parts.storage.revision);
  }

  put(object: KubeObject, options: WriteOptions = {}): KubeObject {
    const written = this.#write(this.#resourceOf(object), object, options);
    if (object.kind === 'CustomResourceDefinition') establish(this.#parts, written.metadata.name ?? '');
    return cloneObject(written);
  }

  restore(object: KubeObject): void {
    this.#parts.storage.put(this.#resourceOf(object), cloneObject(object));
  }

  get(kind: KindName, namespace: string, name: string): KubeObject | undefined {
    const found = this.#find(this.#known(kind), namespace, name);
    return found === undefined ? undefined : cloneObject(found);
  }

  list(kind: KindName, namespace?: string): KubeObject[] {
    return this.#parts.storage
      .all(this.#known(kind))
      .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
      .map(({ object }) => cloneObject(object));
  }

  delete(kind: KindName, namespace: string, name: string): boolean {
    const resource = this.#known(kind);
    const found = this.#find(resource, namespace, name);
    if (found === undefined) return false;
    removeObject(this.#parts, resource, found, { graceSeconds: 0 });
    return true;
  }

  patch(kind: KindName, namespace: string, name: string, patch: object, options: WriteOptions = {}): KubeObject {
    const door = this.#door(this.#known(kind), namespace, options);
    const text = JSON.stringify(patch);
    return cloneObject(this.#parts.writes.update(door, name, (before) => mergePatch(before, text) as KubeObject).object);
  }

  onWrite(listener: (event: StoreEvent) => void): () => void {
    return this.#parts.storage.onWrite((_, event) => listener(event));
  }

  #known(kind: KindName): Resource {
    const resource = this.#parts.registry.findNamed(kind);
    if (resource === undefined) throw new Error(`The lab cluster serves no kind named ${kind}: put its CustomResourceDefinition first`);
    return resource;
  }

  #resourceOf(object: KubeObject): Resource {
    const resource = this.#parts.registry.findKind(object.apiVersion ?? '', object.kind ?? '');
    if (resource !== undefined) return resource;
    throw new Error(`The lab cluster does not serve ${object.apiVersion}/${object.kind}: put its CustomResourceDefinition first`);
  }

  #find(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    return this.#parts.storage.get(resource, resource.namespaced ? namespace : '', name)?.object;
  }

  #door(resource: Resource, namespace: string, { manager = MANAGER, subresource }: WriteOptions): Door {
    return {
      resource,
      subresource: subresource ?? '',
      namespace: resource.namespaced ? namespace : '',
      manager,
      dryRun: false,
      trusted: true,
    };
  }

  #write(resource: Resource, object: KubeObject, { manager = MANAGER }: WriteOptions): KubeObject {
    const { writes } = this.#parts;
    const door = this.#door(resource, object.metadata.namespace ?? 'default', { manager });
    const name = object.metadata.name ?? '';
    if (this.#find(resource, door.namespace, name) !== undefined) return writes.update(door, name, () => cloneObject(object)).object;
    const { status, ...rest } = cloneObject(object);
    const created = writes.create(door, rest).object;
    return status === undefined ? created : writes.update(door, created.metadata.name ?? '', (before) => ({ ...before, status })).object;
  }
}
