/** What the garbage collector does: objects go when their last owner is gone, or lose it when they are to be orphaned. */
import { removeObject, type DeletionContext } from './deletes.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resources.ts';
import type { StoreEvent } from './store.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

interface Dependant {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** Follows the store from now on. Works after the write that it follows has been answered. */
export function collectGarbage(context: DeletionContext): void {
  const collector = new Collector(context);
  context.storage.onWrite((resource, event) => collector.see(resource, event));
}

class Collector {
  readonly #context: DeletionContext;
  readonly #alive = new Set<string>();
  readonly #dependants = new Map<string, Map<string, Dependant>>();

  constructor(context: DeletionContext) {
    this.#context = context;
  }

  see(resource: Resource, { type, object, key }: StoreEvent): void {
    const { uid = '', namespace = '', name = '', ownerReferences = [], finalizers = [] } = object.metadata;
    const id = `${resource.group}/${resource.resource}/${key}`;
    if (type === 'DELETED') {
      this.#alive.delete(uid);
      for (const owner of ownerReferences) this.#dependants.get(owner.uid)?.delete(id);
      if (this.#dependants.has(uid)) setImmediate(() => this.#ownerGone(uid));
      return;
    }
    this.#alive.add(uid);
    for (const owner of ownerReferences) this.#note(owner.uid, id, { resource, namespace, name });
    if (ownerReferences.some((owner) => !this.#alive.has(owner.uid))) setImmediate(() => this.#collect({ resource, namespace, name }));
    if (object.metadata.deletionTimestamp === undefined) return;
    if (finalizers.includes(FOREGROUND)) setImmediate(() => this.#foreground(resource, object));
    if (finalizers.includes(ORPHAN)) setImmediate(() => this.#orphan(resource, object));
  }

  #note(owner: string, id: string, dependant: Dependant): void {
    const known = this.#dependants.get(owner) ?? new Map<string, Dependant>();
    known.set(id, dependant);
    this.#dependants.set(owner, known);
  }

  #of(uid: string): Dependant[] {
    return [...(this.#dependants.get(uid)?.values() ?? [])];
  }

  #ownerGone(uid: string): void {
    for (const dependant of this.#of(uid)) this.#collect(dependant);
  }

  /** Deletes an object none of whose owners is left. */
  #collect({ resource, namespace, name }: Dependant): void {
    const object = this.#context.storage.get(resource, namespace, name)?.object;
    const owners = object?.metadata.ownerReferences ?? [];
    if (object === undefined || owners.length === 0 || owners.some((owner) => this.#alive.has(owner.uid))) return;
    removeObject(this.#context, resource, object, {});
  }

  #foreground(resource: Resource, owner: KubeObject): void {
    for (const dependant of this.#of(owner.metadata.uid ?? '')) {
      const object = this.#context.storage.get(dependant.resource, dependant.namespace, dependant.name)?.object;
      if (object !== undefined) removeObject(this.#context, dependant.resource, object, {});
    }
    this.#release(resource, owner, FOREGROUND);
  }

  #orphan(resource: Resource, owner: KubeObject): void {
    const { uid = '' } = owner.metadata;
    for (const dependant of this.#of(uid)) this.#disown(dependant, uid);
    this.#dependants.delete(uid);
    this.#release(resource, owner, ORPHAN);
  }

  #disown({ resource, namespace, name }: Dependant, uid: string): void {
    const object = this.#context.storage.get(resource, namespace, name)?.object;
    if (object === undefined) return;
    const { ownerReferences = [], ...metadata } = object.metadata;
    const left = ownerReferences.filter((owner) => owner.uid !== uid);
    const disowned = { ...object, metadata: { ...metadata, ...(left.length === 0 ? {} : { ownerReferences: left }) } };
    this.#context.storage.put(resource, withoutOwnerFields(disowned, uid));
  }

  #release(resource: Resource, owner: KubeObject, finalizer: string): void {
    const { namespace = '', name = '', uid } = owner.metadata;
    const object = this.#context.storage.get(resource, namespace, name)?.object;
    if (object === undefined || object.metadata.uid !== uid) return;
    const { finalizers = [], ...metadata } = object.metadata;
    const left = finalizers.filter((one) => one !== finalizer);
    if (left.length === 0) this.#context.storage.remove(resource, namespace, name);
    else this.#context.storage.put(resource, { ...object, metadata: { ...metadata, finalizers: left } });
  }
}

/** Nobody owns a reference that is gone. */
function withoutOwnerFields(object: KubeObject, uid: string): KubeObject {
  const element = `k:${JSON.stringify({ uid })}`;
  const managedFields = object.metadata.managedFields?.map((entry) => {
    const { 'f:metadata': head, ...fields } = entry.fieldsV1 ?? {};
    const { 'f:ownerReferences': owners, ...rest } = head ?? {};
    const left = Object.entries(owners ?? {}).filter(([name]) => name !== element && name !== '.');
    const kept = { ...rest, ...(left.length === 0 ? {} : { 'f:ownerReferences': { '.': {}, ...Object.fromEntries(left) } }) };
    return { ...entry, fieldsV1: { ...fields, ...(Object.keys(kept).length === 0 ? {} : { 'f:metadata': kept }) } };
  });
  return { ...object, metadata: { ...object.metadata, ...(managedFields === undefined ? {} : { managedFields }) } };
}
