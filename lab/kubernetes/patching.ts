/** The four kinds of PATCH. */
import { untyped } from './apply.ts';
import { mediaType, readConfiguration, unknownField, unsupportedMedia } from './bodies.ts';
import type { Answer, ResourceCall } from './call.ts';
import { answer, type MutationContext } from './mutation.ts';
import { isFields, type KubeObject } from './object.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { requireNamespace, requireSameName, requireUnmoved } from './preconditions.ts';
import { requireAllowed } from './rbac.ts';
import { checkShape } from './shapes.ts';
import { badRequest, failure, invalid, invalidValue, type StatusError } from './status.ts';
import { strategicPatch } from './strategic.ts';
import { structureOf } from './structure.ts';
import { APPLY, doorOf } from './write-options.ts';
import type { Door } from './writes.ts';

/** PATCH in any of its forms. Only an apply can create. */
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
