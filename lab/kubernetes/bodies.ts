/** Reading what a write carries. */
import { parse as parseYaml, YAMLParseError } from 'yaml';
import type { ResourceCall } from './call.ts';
import { isFields, textAt, type KubeObject } from './object.ts';
import { groupVersion, type Resource } from './resources.ts';
import { badRequest, failure, type StatusError } from './status.ts';

/** More than this is refused before it is read to its end. */
export const MAX_BODY = 3 * 1024 * 1024;

export function mediaType(call: ResourceCall): string {
  return (call.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
}

export function unsupportedMedia(message: string): StatusError {
  return failure({ code: 415, message, reason: 'UnsupportedMediaType', details: {} });
}

/** The object of a create or replace. Kind and version may be left out; a wrong one is refused. */
export function readObject(call: ResourceCall): KubeObject {
  const type = mediaType(call);
  if (type !== 'application/json' && type !== 'application/yaml') {
    throw unsupportedMedia(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor',
    );
  }
  const value = type === 'application/yaml' ? parseYaml(call.body.toString()) : parseJson(call);
  return checked(call.target.resource, value);
}

function parseJson(call: ResourceCall): unknown {
  try {
    return JSON.parse(call.body.toString());
  } catch {
    // the parser's own words would name JavaScript; the real server's name Go
    const { resource } = call.target;
    const why = call.body.length === 0 ? 'EOF' : "couldn't get version/kind; json parse error: unexpected end of JSON input";
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${why}`);
  }
}

function checked(resource: Resource, value: unknown): KubeObject {
  const fields = isFields(value) ? value : {};
  const kind = textAt(fields, 'kind') ?? resource.kind;
  const apiVersion = textAt(fields, 'apiVersion') ?? groupVersion(resource);
  if (kind !== resource.kind || apiVersion !== groupVersion(resource)) {
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: converting (${apiVersion}, Kind=${kind})`,
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
