/** create, replace, patch and apply, as calls. */
import { untyped } from './apply.ts';
import { mediaType, readConfiguration, readObject, unknownField, unsupportedMedia, warningHeader } from './bodies.ts';
import { jsonReply, type Answer, type ResourceCall } from './call.ts';
import { objectForm } from './forms.ts';
import { isFields, type KubeObject, type ObjectMeta } from './object.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { requireAllowed, type Authorizer } from './rbac.ts';
import type { Registry } from './registry.ts';
import {
  badRequest,
  conflict,
  failure,
  invalid,
  invalidValue,
  notFound,
  required,
  unforeseen,
  type FieldFault,
  type StatusError,
} from './status.ts';
import { checkShape } from './shapes.ts';
import type { Storage } from './store.ts';
import { strategicPatch } from './strategic.ts';
import { structureOf } from './structure.ts';
import type { Door, Writes, Written } from './writes.ts';

export interface MutationContext {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly writes: Writes;
  readonly authorizer: Authorizer;
}

/** Who a write is attributed to: the parameter, else the start of the User-Agent. */
function managerOf({ query, headers }: ResourceCall): string {
  const named = query.get('fieldManager') ?? '';
  if (named !== '') return named;
  const agent = (headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) ?? '';
  return agent === '' ? 'unknown' : agent;
}

function doorOf(call: ResourceCall): Door {
  const { resource, subresource, namespace } = call.target;
  checkWriteOptions(call);
  const dryRun = call.query.getAll('dryRun').includes('All');
  return { resource, subresource, namespace, manager: managerOf(call), dryRun };
}

const FIELD_VALIDATIONS = new Set(['', 'Ignore', 'Strict', 'Warn']);
const OPTIONS: Readonly<Record<string, string>> = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' };

function checkWriteOptions(call: ResourceCall): void {
  const faults: FieldFault[] = [];
  const dryRun = call.query.getAll('dryRun').filter((value) => value !== '');
  const unknown = dryRun.filter((value) => value !== 'All');
  if (unknown.length > 0) {
    const message = `Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
    faults.push({ field: 'dryRun', reason: 'FieldValueNotSupported', message });
  }
  const validation = call.query.get('fieldValidation') ?? '';
  if (!FIELD_VALIDATIONS.has(validation)) {
    const message = `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`;
    faults.push({ field: 'fieldValidation', reason: 'FieldValueNotSupported', message });
  }
  if (call.method === 'PATCH' && mediaType(call) === APPLY && (call.query.get('fieldManager') ?? '') === '') {
    faults.push(required('fieldManager', 'is required for apply patch'));
  }
  if ((call.query.get('fieldManager') ?? '').length > 128) {
    faults.push({ field: 'fieldManager', reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes' });
  }
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: OPTIONS[call.method] ?? 'PatchOptions' }, '', faults);
}

const APPLY = 'application/apply-patch+yaml';

function answer(call: ResourceCall, { object, created }: Written, warnings: readonly string[] = []): Answer {
  const form = objectForm(call.headers.accept);
  return jsonReply(created ? 201 : 200, form?.(object) ?? object, warningHeader(warnings));
}

/** A namespaced object cannot be created in a namespace that is missing or on its way out. */
function requireNamespace({ storage, registry }: MutationContext, { target }: ResourceCall, name: string): void {
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
  const written = context.writes.update(door, name, (before) => {
    requirePreconditions(call, before, body.metadata);
    return body;
  });
  return answer(call, written, warnings);
}

/** An object in a body may leave its name out. */
function requireSameName(metadata: ObjectMeta, name: string): void {
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

/** Version and uid in the body of a replace are conditions. */
function requirePreconditions({ target }: ResourceCall, before: KubeObject, stated: ObjectMeta): void {
  const { resource, name, namespace } = target;
  const key = `/registry/${registryPath(resource.group, resource.resource)}${namespace === '' ? '' : `/${namespace}`}/${name}`;
  if (stated.uid !== undefined && stated.uid !== '' && stated.uid !== before.metadata.uid) {
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${stated.uid}, UID in object meta: ${before.metadata.uid}`,
    );
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
function requireUnmoved(call: ResourceCall, before: KubeObject, after: KubeObject): KubeObject {
  const { resource, name } = call.target;
  requireSameName(after.metadata, name);
  if (after.metadata.uid !== before.metadata.uid && after.metadata.uid !== undefined) {
    throw invalid(resource, name, [invalidValue('metadata.uid', after.metadata.uid, 'field is immutable')]);
  }
  const version = after.metadata.resourceVersion;
  if (version !== undefined && version !== before.metadata.resourceVersion) throw conflict(resource, name);
  return after;
}

export function patchObject(context: MutationContext, call: ResourceCall): Answer {
  const door = doorOf(call);
  if (mediaType(call) === APPLY) return applyObject(context, call, door);
  const patch = patcherOf(context, call);
  const warnings: string[] = [];
  const written = context.writes.update(door, call.target.name, (before) => {
    const patched = patch(before);
    const { pruned, told } = requireShape(context, call, patched);
    warnings.push(...told);
    return requireUnmoved(call, before, pruned);
  });
  return answer(call, written, warnings);
}

function patcherOf({ registry }: MutationContext, call: ResourceCall): (before: unknown) => unknown {
  const { resource } = call.target;
  const text = call.body.toString();
  switch (mediaType(call)) {
    case 'application/merge-patch+json':
      return (before) => mergePatch(before, text);
    case 'application/json-patch+json':
      return (before) => jsonPatch(before, text);
    case 'application/strategic-merge-patch+json':
      if (resource.custom !== true) return (before) => strategicPatch(before, text, structureOf(resource, registry.definitionOf(resource)));
      break;
  }
  if (resource.custom === true) throw failure({ code: 415, message: CUSTOM_PATCHES, reason: 'UnsupportedMediaType' });
  throw unsupportedMedia('415: Unsupported Media Type');
}

const CUSTOM_PATCHES =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/** A patched object whose fields have the wrong type is refused with the whole object in the message; unknown fields are dropped. */
function requireShape(
  { registry }: MutationContext,
  call: ResourceCall,
  patched: unknown,
): { pruned: KubeObject; told: readonly string[] } {
  const { wrong, unknown, pruned } = checkShape(call.target.resource, patched, registry.definitionOf(call.target.resource));
  const strategic = mediaType(call) === 'application/strategic-merge-patch+json';
  if (wrong !== undefined) throw badPatch(JSON.stringify(patched), wrong);
  const validation = call.query.get('fieldValidation') ?? 'Warn';
  if (unknown.length > 0 && validation === 'Strict') {
    const shown = strategic ? goMap(JSON.parse(call.body.toString())) : JSON.stringify(patched);
    throw badPatch(shown, `strict decoding error: ${unknown.map(unknownField).join(', ')}`);
  }
  return { pruned: pruned as KubeObject, told: validation === 'Ignore' ? [] : unknown.map(unknownField) };
}

function badPatch(shown: string, why: string): StatusError {
  const fault = { ...invalidValue('patch', shown, why) };
  const refused = invalid({ group: '', kind: '' }, '', [fault]);
  refused.status.details = { causes: refused.status.details?.causes ?? [] };
  return refused;
}

/** A map as Go prints it. */
function goMap(value: unknown): string {
  if (!isFields(value)) return String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((name) => `${name}:${goMap(value[name])}`)
    .join(' ')}]`;
}

function applyObject(context: MutationContext, call: ResourceCall, door: Door): Answer {
  const configuration = readConfiguration(call);
  const { name, namespace, resource } = call.target;
  requireSameName(configuration.metadata, name);
  if (configuration.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const [unknown] = checkShape(resource, configuration, context.registry.definitionOf(resource)).unknown;
  if (unknown !== undefined) throw untyped({ ...configuration, metadata: { name } }, `.${unknown}: field not declared in schema`);
  const live = context.storage.get(resource, namespace, name)?.object;
  if (live === undefined) {
    requireAllowed(context.authorizer, call.user, { ...call.target, verb: 'create', resource: resource.resource });
    requireNamespace(context, call, name);
  } else requireUnmoved(call, live, configuration);
  return answer(call, context.writes.apply(door, name, configuration, call.query.get('force') === 'true'));
}
