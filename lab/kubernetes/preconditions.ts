/** What must hold before a write is tried. */
import type { ResourceCall } from './call.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { Registry } from './registry.ts';
import { badRequest, conflict, failure, invalid, invalidValue, notFound } from './status.ts';
import type { Storage } from './store.ts';

/** A namespaced object cannot be created in a namespace that is missing or on its way out. */
export function requireNamespace(
  { storage, registry }: { storage: Storage; registry: Registry },
  { target }: ResourceCall,
  name: string,
): void {
  if (!target.resource.namespaced) return;
  const namespaces = registry.find('', 'v1', 'namespaces');
  const namespace = storage.get({ group: '', resource: 'namespaces' }, '', target.namespace)?.object;
  if (namespaces !== undefined && namespace === undefined) throw notFound(namespaces, target.namespace);
  if (namespace?.metadata.deletionTimestamp === undefined) return;
  const { resource } = target;
  const because = `because it is being terminated`;
  const message = `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`} "${name}" is forbidden: unable to create new content in namespace ${target.namespace} ${because}`;
  const causes = [
    { reason: 'NamespaceTerminating', message: `namespace ${target.namespace} is being terminated`, field: 'metadata.namespace' },
  ];
  const details = { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource, causes };
  throw failure({ code: 403, message, reason: 'Forbidden', details });
}

/** An object in a body may leave its name out. */
export function requireSameName(metadata: ObjectMeta, name: string): void {
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

function otherUid({ target: { resource, name, namespace } }: ResourceCall, wanted: string, found: string): Error {
  const key = `/registry/${registryPath(resource.group, resource.resource)}${namespace === '' ? '' : `/${namespace}`}/${name}`;
  return conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`,
  );
}

/** What is created has no uid yet: a stated one means an object that is gone. */
export function requireNoUid(call: ResourceCall, { uid = '' }: ObjectMeta): void {
  if (uid !== '') throw otherUid(call, uid, '');
}

/** Version and uid in the body of a replace are conditions. */
export function requirePreconditions(call: ResourceCall, before: KubeObject, stated: ObjectMeta): void {
  const { resource, name } = call.target;
  if (stated.uid !== undefined && stated.uid !== '' && stated.uid !== before.metadata.uid) {
    throw otherUid(call, stated.uid, before.metadata.uid ?? '');
  }
  const version = stated.resourceVersion ?? '';
  if (version === '') {
    if (resource.custom === true)
      throw invalid({ group: resource.group, kind: resource.resource }, name, [
        invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    return;
  }
  if (version !== before.metadata.resourceVersion) throw conflict(resource, name);
}

function registryPath(group: string, resource: string): string {
  return group === '' || group === 'apps' || group === 'coordination.k8s.io' ? resource : `${group}/${resource}`;
}

/** A patched object must still be the same one. */
export function requireUnmoved(call: ResourceCall, before: KubeObject, after: KubeObject): KubeObject {
  const { resource, name } = call.target;
  requireSameName(after.metadata, name);
  if (after.metadata.uid !== before.metadata.uid && after.metadata.uid !== undefined) {
    throw invalid(resource, name, [invalidValue('metadata.uid', after.metadata.uid, 'field is immutable')]);
  }
  const version = after.metadata.resourceVersion;
  if (version !== undefined && version !== before.metadata.resourceVersion) throw conflict(resource, name);
  return after;
}
