/** create and replace. */
import { readObject } from './bodies.ts';
import type { Answer, ResourceCall } from './call.ts';
import { answer, type MutationContext } from './mutation.ts';
import { requireNamespace, requireNoUid, requirePreconditions, requireSameName } from './preconditions.ts';
import { badRequest, unforeseen } from './status.ts';
import { doorOf } from './write-options.ts';

/** POST: 201 with the object, 409 when there is one of that name. */
export function createObject(context: MutationContext, call: ResourceCall): Answer {
  const door = doorOf(call);
  const { object: body, warnings } = readObject(call, context.registry.definitionOf(call.target.resource));
  const { namespace } = body.metadata;
  if (call.target.resource.namespaced && namespace !== undefined && namespace !== call.target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if ((body.metadata.resourceVersion ?? '') !== '') throw unforeseen('resourceVersion should not be set on objects to be created');
  requireNamespace(context, call, body.metadata.name ?? '');
  return answer(call, { ...context.writes.create(door, body), created: true }, warnings);
}

/** PUT: a version or uid in the body is a condition. It creates nothing but a Lease, whatever version it states. */
export function replaceObject(context: MutationContext, call: ResourceCall): Answer {
  const door = doorOf(call);
  const { resource, name, namespace } = call.target;
  const { object: body, warnings } = readObject(call, context.registry.definitionOf(call.target.resource));
  requireSameName(body.metadata, name);
  if (resource.namespaced && body.metadata.namespace !== undefined && body.metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const version = body.metadata.resourceVersion ?? '';
  if (version !== '' && !/^\d+$/.test(version)) throw unforeseen(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  if (resource.resource === 'leases' && context.storage.get(resource, namespace, name) === undefined) {
    requireNoUid(call, body.metadata);
    requireNamespace(context, call, name);
    const { resourceVersion: _, ...metadata } = body.metadata;
    return answer(call, { ...context.writes.create(door, { ...body, metadata }), created: true }, warnings);
  }
  const written = context.writes.update(door, name, (before) => {
    requirePreconditions(call, before, body.metadata);
    return body;
  });
  return answer(call, written, warnings);
}
