/** Reading what a write carries. */
import { parse as parseYaml, YAMLParseError } from 'yaml';
import type { ResourceCall } from './call.ts';
import { isFields, textAt, type KubeObject } from './object.ts';
import { groupVersion, type Resource } from './resources.ts';
import { checkShape } from './shapes.ts';
import { badRequest, failure, type StatusError } from './status.ts';

/** More than this is refused before it is read to its end. */
export const MAX_BODY = 3 * 1024 * 1024;

/** The media type of a body without its parameters; JSON when none is named. */
export function mediaType(call: ResourceCall): string {
  return (call.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
}

/** The 415 of a built-in resource. */
export function unsupportedMedia(message: string): StatusError {
  return failure({ code: 415, message, reason: 'UnsupportedMediaType', details: {} });
}

/** What a body turned out to be. */
export interface ReadBody {
  readonly object: KubeObject;
  /** Faults that are told in a Warning header instead of a refusal. */
  readonly warnings: readonly string[];
}

const ACCEPTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** The object of a create or replace. Kind and version may be left out; a wrong one is refused. */
export function readObject(call: ResourceCall, definition?: KubeObject): ReadBody {
  const type = mediaType(call);
  if (type !== 'application/json' && type !== 'application/yaml') {
    const message = `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED}`;
    throw failure({ code: 415, message, reason: 'UnsupportedMediaType' });
  }
  const value = type === 'application/yaml' ? parseYaml(call.body.toString()) : parseJson(call);
  const { resource } = call.target;
  const object = checked(resource, value);
  const { wrong, unknown, pruned } = checkShape(resource, object, definition);
  if (wrong !== undefined) throw badRequest(`${cannotHandle(resource)}: ${wrong}`);
  const validation = call.query.get('fieldValidation') ?? 'Warn';
  if (unknown.length > 0 && validation === 'Strict') {
    throw badRequest(`${cannotHandle(resource)}: strict decoding error: ${unknown.map(unknownField).join(', ')}`);
  }
  return { object: pruned as KubeObject, warnings: validation === 'Ignore' ? [] : unknown.map(unknownField) };
}

/** A field that a kind does not have, as warnings and refusals name it. */
export function unknownField(path: string): string {
  return `unknown field "${path}"`;
}

/** Warnings as one header. */
export function warningHeader(warnings: readonly string[]): Record<string, string> {
  return warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}

function cannotHandle(resource: Resource, kind = resource.kind, version = resource.version): string {
  return `${kind} in version "${version}" cannot be handled as a ${resource.kind}`;
}

function parseJson(call: ResourceCall): unknown {
  const text = call.body.toString();
  try {
    return JSON.parse(text);
  } catch {
    // the parser's own words would name JavaScript; the real server's name Go
    const { resource } = call.target;
    const why = `couldn't get version/kind; json parse error: unexpected end of JSON input (${text === '' ? '<empty>' : text})`;
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${why}`);
  }
}

function checked(resource: Resource, value: unknown): KubeObject {
  const fields = isFields(value) ? value : {};
  const kind = textAt(fields, 'kind') ?? resource.kind;
  const apiVersion = textAt(fields, 'apiVersion') ?? groupVersion(resource);
  const version = apiVersion.split('/').at(-1);
  if (resource.custom === true && apiVersion !== groupVersion(resource)) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${groupVersion(resource)})`);
  }
  if (apiVersion !== groupVersion(resource)) {
    const why = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
    throw badRequest(`${cannotHandle(resource, kind, version)}: ${why}`);
  }
  if (kind !== resource.kind) {
    const scheme = resource.group === '' ? 'core' : resource.group.split('.')[0];
    throw badRequest(
      `${cannotHandle(resource, kind)}: converting (${version}.${kind}) to (${scheme}.${resource.kind}): unknown conversion`,
    );
  }
  return {
    ...fields,
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata: isFields(fields['metadata']) ? fields['metadata'] : {},
  };
}

/** The configuration of an apply: YAML, which JSON is too. */
export function readConfiguration(call: ResourceCall): KubeObject {
  const value = readYaml(call.body.toString());
  const fields = isFields(value) ? value : {};
  const { resource } = call.target;
  if (fields['kind'] === undefined || fields['apiVersion'] === undefined) throw badRequest('invalid object type: /, Kind=');
  if (fields['kind'] !== resource.kind || fields['apiVersion'] !== groupVersion(resource)) return checked(resource, value);
  return { ...fields, metadata: isFields(fields['metadata']) ? fields['metadata'] : {} };
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw badRequest(`error encoding patch: yaml: line ${error.linePos?.[0].line ?? 1}: did not find expected ',' or ']'`);
  }
}
