/** What etcd and the watch cache are to the real server: the objects, one counter of versions, and the events since. */
import type { KubeObject } from './object.ts';
import { storageKey, type Resource } from './resources.ts';

/** What happened to an object. */
export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change. `object` is the state after it; for a deletion the last state with the version of the deletion. */
export interface StoreEvent {
  readonly type: EventType;
  readonly revision: number;
  readonly key: string;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** An object at rest. It is never changed in place: every write stores another one. */
export interface Stored {
  readonly key: string;
  readonly object: KubeObject;
  readonly revision: number;
  /** The object as one line of JSON, made when first asked for. */
  json(): string;
  /** The same as an item of a list: built-in kinds leave kind and version to the list. */
  itemJson(resource: Resource): string;
}

/** The first version a new cluster gives away; below it lie the one- and two-digit ones that a client may have made up. */
const FIRST_REVISION = 1000;
/** How many events of one resource are kept for watches that come back. */
const KEPT_EVENTS = 20_000;

interface Shelf {
  readonly objects: Map<string, Stored>;
  sorted: Stored[] | undefined;
  events: StoreEvent[];
  /** Events up to this version are gone. */
  forgotten: number;
  readonly listeners: Set<(event: StoreEvent) => void>;
}

/** Objects under `group/resource` and `namespace/name`. Knows nothing of HTTP, validation or rights. */
export class Storage {
  #revision = FIRST_REVISION;
  readonly #shelves = new Map<string, Shelf>();
  #forgotten = FIRST_REVISION - 1;
  readonly #writeListeners = new Set<(resource: Resource, event: StoreEvent) => void>();

  get revision(): number {
    return this.#revision;
  }

  #shelf(resource: Pick<Resource, 'group' | 'resource'>): Shelf {
    const key = storageKey(resource);
    const found = this.#shelves.get(key);
    if (found !== undefined) return found;
    const made: Shelf = { objects: new Map(), sorted: undefined, events: [], forgotten: this.#forgotten, listeners: new Set() };
    this.#shelves.set(key, made);
    return made;
  }

  get(resource: Pick<Resource, 'group' | 'resource'>, namespace: string, name: string): Stored | undefined {
    return this.#shelf(resource).objects.get(objectKey(namespace, name));
  }

  /** All objects of a resource in the order of their keys. */
  all(resource: Pick<Resource, 'group' | 'resource'>): readonly Stored[] {
    const shelf = this.#shelf(resource);
    shelf.sorted ??= [...shelf.objects.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return shelf.sorted;
  }

  /** The objects as they were at an earlier version, or undefined when that is forgotten. */
  allAt(resource: Pick<Resource, 'group' | 'resource'>, revision: number): readonly Stored[] | undefined {
    const shelf = this.#shelf(resource);
    if (revision < shelf.forgotten) return undefined;
    if (shelf.events.every((event) => event.revision <= revision)) return this.all(resource);
    const then = new Map(shelf.objects);
    for (const event of shelf.events.toReversed()) {
      if (event.revision <= revision) break;
      if (event.previous === undefined) then.delete(event.key);
      else then.set(event.key, atRest(event.key, event.previous, Number(event.previous.metadata.resourceVersion)));
    }
    return [...then.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Stores an object under the next version, which it writes into it, and tells the watchers. */
  put(resource: Resource, object: KubeObject): Stored {
    const shelf = this.#shelf(resource);
    const key = objectKey(object.metadata.namespace ?? '', object.metadata.name ?? '');
    const before = shelf.objects.get(key);
    this.#revision += 1;
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
    const stored = atRest(key, versioned, this.#revision);
    shelf.objects.set(key, stored);
    shelf.sorted = undefined;
    this.#tell(resource, {
      type: before === undefined ? 'ADDED' : 'MODIFIED',
      revision: this.#revision,
      key,
      object: versioned,
      previous: before?.object,
    });
    return stored;
  }

  /** Takes an object out. The answer is its last stored state under the version of the deletion. */
  remove(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    const shelf = this.#shelf(resource);
    const key = objectKey(namespace, name);
    const before = shelf.objects.get(key);
    if (before === undefined) return undefined;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    this.#revision += 1;
    const last = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: String(this.#revision) } };
    this.#tell(resource, { type: 'DELETED', revision: this.#revision, key, object: last, previous: before.object });
    return last;
  }

  #tell(resource: Resource, event: StoreEvent): void {
    const shelf = this.#shelf(resource);
    shelf.events.push(event);
    if (shelf.events.length > KEPT_EVENTS) {
      const gone = shelf.events.splice(0, KEPT_EVENTS / 2);
      shelf.forgotten = gone.at(-1)?.revision ?? shelf.forgotten;
    }
    for (const listener of shelf.listeners) listener(event);
    for (const listener of this.#writeListeners) listener(resource, event);
  }

  /** Events after a version, or undefined when some of them are forgotten. */
  since(resource: Pick<Resource, 'group' | 'resource'>, revision: number): readonly StoreEvent[] | undefined {
    const shelf = this.#shelf(resource);
    if (revision < shelf.forgotten) return undefined;
    return shelf.events.filter((event) => event.revision > revision);
  }

  /** Events of a resource up to this version are forgotten. */
  forgotten(resource: Pick<Resource, 'group' | 'resource'>): number {
    return this.#shelf(resource).forgotten;
  }

  follow(resource: Pick<Resource, 'group' | 'resource'>, listener: (event: StoreEvent) => void): () => void {
    const { listeners } = this.#shelf(resource);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Hears of every write of every resource, after it happened. */
  onWrite(listener: (resource: Resource, event: StoreEvent) => void): () => void {
    this.#writeListeners.add(listener);
    return () => this.#writeListeners.delete(listener);
  }

  /** Forgets every event so far, as a compaction followed by a restart does: older watches and lists are expired. */
  forgetHistory(): void {
    this.#revision += 1;
    this.#forgotten = this.#revision;
    for (const shelf of this.#shelves.values()) {
      shelf.events = [];
      shelf.forgotten = this.#revision;
    }
  }
}

/** `namespace/name`, or the name alone for what has no namespace. */
export function objectKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function atRest(key: string, object: KubeObject, revision: number): Stored {
  let text: string | undefined;
  let item: string | undefined;
  const json = (): string => (text ??= JSON.stringify(object));
  const bare = (): string => {
    const { kind: _, apiVersion: __, ...rest } = object;
    return (item ??= JSON.stringify(rest));
  };
  return { key, object, revision, json, itemJson: (resource) => (resource.custom === true ? json() : bare()) };
}
