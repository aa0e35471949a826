/** Every way an object is written: defaults, ownership, the server's own fields, validation, storage. */
import type { Clock } from '../../src/core/clock.ts';
import { applyConfiguration } from './apply.ts';
import { withDefaults } from './defaults.ts';
import { type FieldSet } from './fieldset.ts';
import { managedFieldsOf, ownersAfterUpdate, type Owner, type Writer } from './managed.ts';
import { cloneObject, sameJson, type KubeObject, type ManagedFieldsEntry } from './object.ts';
import { hasStatus, prepareCreate, prepareStatus, prepareUpdate } from './prepare.ts';
import type { Registry } from './registry.ts';
import { groupVersion, type Resource } from './resources.ts';
import { alreadyExists, notFound } from './status.ts';
import type { Storage } from './store.ts';
import { structureOf, type Structure } from './structure.ts';
import { validate } from './validate/index.ts';

/** Which resource, which part of it, on whose behalf, for real or not. */
export interface Door {
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string;
  readonly manager: string;
  readonly dryRun: boolean;
  /** The lab's own writes are not validated, so that a scene can hold what an older server let in. */
  readonly trusted?: boolean;
}

/** The object after a write, and whether the write made it. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}

/** Writes objects of one cluster. */
export class Writes {
  readonly #storage: Storage;
  readonly #registry: Registry;
  readonly #clock: Clock;

  constructor(storage: Storage, registry: Registry, clock: Clock) {
    this.#storage = storage;
    this.#registry = registry;
    this.#clock = clock;
  }

  #structure(resource: Resource): Structure {
    return structureOf(resource, this.#registry.definitionOf(resource));
  }

  #writer(door: Door): Writer {
    const { manager, subresource, resource } = door;
    return { manager, subresource, apiVersion: groupVersion(resource), now: this.#clock.now() };
  }

  create(door: Door, body: KubeObject): Written {
    const { resource, namespace } = door;
    const head = resource.namespaced ? { ...body.metadata, namespace } : body.metadata;
    const stated = typed(resource, withDefaults(resource, { ...body, metadata: head }));
    const existing = stated.metadata.name === undefined ? undefined : this.#storage.get(resource, namespace, stated.metadata.name);
    if (existing !== undefined) {
      this.#check(door, undefined, stated);
      throw alreadyExists(resource, stated.metadata.name ?? '', existing.object.metadata.deletionTimestamp !== undefined);
    }
    const owned = ownersAfterUpdate(
      undefined,
      withoutReset(resource, stated, door.subresource),
      this.#structure(resource),
      this.#writer(door),
    );
    return this.#store(door, undefined, this.#own(prepareCreate(resource, stated, this.#clock.now()), owned));
  }

  /** Writes a changed object in the place of the stored one. `change` gets the stored object and answers the wanted one. */
  update(door: Door, name: string, change: (before: KubeObject) => KubeObject): Written {
    const { resource, namespace } = door;
    const before = this.#storage.get(resource, namespace, name)?.object;
    if (before === undefined) throw notFound(resource, name);
    const stated = typed(resource, withDefaults(resource, change(cloneObject(before))));
    const cleared = clearsOwners(stated);
    const wanted = this.#prepare(door, before, stated);
    const owners = ownersAfterUpdate(before, ownable(before, stated, wanted, door), this.#structure(resource), this.#writer(door));
    return this.#store(door, before, this.#own(wanted, cleared ? [] : owners));
  }

  apply(door: Door, name: string, configuration: KubeObject, force: boolean): Written {
    const { resource, namespace } = door;
    const live = this.#storage.get(resource, namespace, name)?.object;
    const head = { ...configuration.metadata, name, ...(resource.namespaced ? { namespace } : {}) };
    const { object, owners } = applyConfiguration({
      live,
      configuration: { ...configuration, metadata: head },
      structure: this.#structure(resource),
      writer: this.#writer(door),
      force,
      reset: (set) => resetFields(resource, door.subresource, set),
    });
    const stated = typed(resource, withDefaults(resource, object));
    const wanted = live === undefined ? prepareCreate(resource, stated, this.#clock.now()) : this.#prepare(door, live, stated);
    return this.#store(door, live, this.#own(wanted, owners));
  }

  #prepare(door: Door, before: KubeObject, stated: KubeObject): KubeObject {
    if (door.subresource === 'status') return prepareStatus(door.resource, before, stated);
    if (door.trusted === true) return { ...prepareUpdate(door.resource, before, stated), ...statusOf(stated) };
    return prepareUpdate(door.resource, before, stated);
  }

  #own(object: KubeObject, owners: readonly Owner[]): KubeObject {
    const managedFields = managedFieldsOf(owners);
    const { managedFields: _, ...metadata } = object.metadata;
    return { ...object, metadata: { ...metadata, ...(managedFields.length === 0 ? {} : { managedFields }) } };
  }

  #check(door: Door, before: KubeObject | undefined, after: KubeObject): void {
    if (door.trusted !== true) validate({ resource: door.resource, definition: this.#registry.definitionOf(door.resource), before, after });
  }

  #store(door: Door, before: KubeObject | undefined, object: KubeObject): Written {
    const { resource } = door;
    this.#check(door, before, object);
    if (before !== undefined) {
      const version = before.metadata.resourceVersion ?? '';
      const same = { ...object, metadata: { ...object.metadata, resourceVersion: version } };
      if (sameJson(comparableTimes(same), comparableTimes(before))) return { object: before, created: false };
      if (door.dryRun) return { object: same, created: false };
      if (isReleased(object)) {
        this.#storage.remove(resource, door.namespace, object.metadata.name ?? '');
        return { object: same, created: false };
      }
    }
    if (door.dryRun) return { object: ordered(object), created: true };
    return { object: this.#storage.put(resource, ordered(object)).object, created: before === undefined };
  }
}

/** Kind and version first, then head, then the rest: the order in which people read it. */
function ordered(object: KubeObject): KubeObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { ...(kind === undefined ? {} : { kind }), ...(apiVersion === undefined ? {} : { apiVersion }), metadata, ...rest };
}

function typed(resource: Resource, object: KubeObject): KubeObject {
  return ordered({ ...object, kind: resource.kind, apiVersion: groupVersion(resource) });
}

function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  return (
    deletionTimestamp !== undefined &&
    (finalizers ?? []).length === 0 &&
    (deletionGracePeriodSeconds ?? 0) === 0 &&
    object.kind !== 'Namespace'
  );
}

function statusOf(object: KubeObject): object {
  return object['status'] === undefined ? {} : { status: object['status'] };
}

/** A write that only moved the time of an owner is no change. */
function comparableTimes(object: KubeObject): KubeObject {
  const managedFields = object.metadata.managedFields?.map(withoutTime);
  return { ...object, metadata: { ...object.metadata, ...(managedFields === undefined ? {} : { managedFields }) } };
}

function withoutTime(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const { time: _, ...rest } = entry;
  return rest;
}

/** A list with one empty entry is how a client asks to forget every owner. */
function clearsOwners(object: KubeObject): boolean {
  const entries = object.metadata.managedFields;
  return entries !== undefined && entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0;
}

/** What a door cannot change it cannot own either. */
function resetFields(resource: Resource, subresource: string, set: FieldSet): FieldSet {
  if (subresource === 'status') {
    return new Set([...set].filter((path) => (resource.custom === true ? path.startsWith('f:status') : !path.startsWith('f:spec'))));
  }
  if (subresource !== '' || !hasStatus(resource)) return set;
  return new Set([...set].filter((path) => path !== 'f:status' && !path.startsWith('f:status\u0000')));
}

function withoutReset(resource: Resource, object: KubeObject, subresource: string): KubeObject {
  if (subresource !== '' || !hasStatus(resource)) return object;
  const { status: _, ...rest } = object;
  return rest;
}

/** The state that ownership is compared with: what the writer stated, with the parts it cannot touch as they were. */
function ownable(before: KubeObject, stated: KubeObject, wanted: KubeObject, door: Door): KubeObject {
  if (door.subresource === 'status' || door.trusted === true) return wanted;
  const { status: _, ...rest } = stated;
  return { ...rest, ...(hasStatus(door.resource) ? statusOf(before) : statusOf(stated)), ...specKept(wanted, door) };
}

function specKept(wanted: KubeObject, { resource }: Door): object {
  const allocated = resource.group === '' && (resource.resource === 'services' || resource.resource === 'namespaces');
  return allocated && wanted['spec'] !== undefined ? { spec: wanted['spec'] } : {};
}
