/** What the namespace controller does: empties a namespace that is being deleted, and lets it go when nothing is left in it. */
import { removeObject, type DeletionContext } from './deletes.ts';
import type { KubeObject } from './object.ts';

const NAMESPACES = { group: '', resource: 'namespaces' } as const;

/** Follows the store from now on. Works after the write that it follows has been answered. */
export function emptyDeletedNamespaces(context: DeletionContext): void {
  const pending = new Set<string>();
  const look = (namespace: string): void => {
    if (pending.has(namespace)) return;
    pending.add(namespace);
    setImmediate(() => {
      pending.delete(namespace);
      finish(context, namespace);
    });
  };
  context.storage.onWrite((resource, event) => {
    const { metadata } = event.object;
    if (resource.resource === NAMESPACES.resource && resource.group === '') {
      if (event.type !== 'DELETED' && metadata.deletionTimestamp !== undefined) look(metadata.name ?? '');
    } else if (event.type === 'DELETED' && isTerminating(context, metadata.namespace ?? '')) look(metadata.namespace ?? '');
  });
}

function isTerminating({ storage }: DeletionContext, namespace: string): boolean {
  return storage.get(NAMESPACES, '', namespace)?.object.metadata.deletionTimestamp !== undefined;
}

function finish(context: DeletionContext, namespace: string): void {
  const { storage, registry } = context;
  if (!isTerminating(context, namespace)) return;
  let held = 0;
  for (const resource of registry.all().filter((one) => one.namespaced)) {
    const content: KubeObject[] = storage.all(resource).map(({ object }) => object);
    for (const object of content.filter(({ metadata }) => metadata.namespace === namespace)) {
      if (!removeObject(context, resource, object, { graceSeconds: 0 }).gone) held += 1;
    }
  }
  const resource = registry.find('', 'v1', 'namespaces');
  if (held === 0 && resource !== undefined) storage.remove(resource, '', namespace);
}
