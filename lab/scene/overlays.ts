/** Changes laid over the objects of a cluster that can be taken off again, in any order, without a trace. */
import type { KubeObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/objects.ts';

/** Which object. */
export interface ObjectName {
  readonly kind: string;
  /** Empty for what has no namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** Answers what the object shall be instead; undefined: it is not there. */
export type Change = (object: KubeObject | undefined) => KubeObject | undefined;

/** A change of one object. */
export interface Overlay extends ObjectName {
  readonly change: Change;
}

interface Covered {
  readonly at: ObjectName;
  /** What lies under all layers; undefined: nothing. */
  readonly base: KubeObject | undefined;
  readonly layers: ReadonlyMap<string, Change>;
}

/** The changes that lie over the objects of one cluster. */
export interface Overlays {
  /** Lays the changes of `id` over what is there. */
  put(id: string, changes: readonly Overlay[]): void;
  /** Takes them off: what lay under them is there again, byte for byte but for its version. */
  remove(id: string): void;
  /** False also when somebody else has meanwhile written all the objects: who writes an object writes over every layer on it. */
  has(id: string): boolean;
  /** True while any change lies over that object. */
  covers(kind: string, namespace: string, name: string): boolean;
}

/** Without any yet. */
export function createOverlays(store: ObjectStore): Overlays {
  const covered = new Map<string, Covered>();
  let writing = false;

  store.onWrite(({ object }) => {
    if (writing) return;
    covered.delete(keyOf({ kind: object.kind ?? '', namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' }));
  });

  /** Writes what the layers make of the base. */
  function rewrite(at: ObjectName, base: KubeObject | undefined, layers: Iterable<Change>): void {
    let wanted = base;
    for (const change of layers) wanted = change(wanted === undefined ? undefined : structuredClone(wanted));
    writing = true;
    try {
      if (wanted === undefined) store.delete(at.kind, at.namespace, at.name);
      else store.restore(wanted);
    } finally {
      writing = false;
    }
  }

  function put(id: string, { change, ...at }: Overlay): void {
    const key = keyOf(at);
    const { base, layers } = covered.get(key) ?? { base: store.get(at.kind, at.namespace, at.name), layers: new Map<string, Change>() };
    const next = new Map([...layers, [id, change]]);
    rewrite(at, base, next.values());
    covered.set(key, { at, base, layers: next });
  }

  function remove(id: string, key: string, { at, base, layers }: Covered): void {
    const next = new Map([...layers].filter(([one]) => one !== id));
    rewrite(at, base, next.values());
    if (next.size === 0) covered.delete(key);
    else covered.set(key, { at, base, layers: next });
  }

  return {
    put(id, changes) {
      for (const change of changes) put(id, change);
    },
    remove(id) {
      for (const [key, entry] of covered) if (entry.layers.has(id)) remove(id, key, entry);
    },
    covers: (kind, namespace, name) => covered.has(keyOf({ kind, namespace, name })),
    has: (id) => [...covered.values()].some(({ layers }) => layers.has(id)),
  };
}

function keyOf({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace}/${name}`;
}
