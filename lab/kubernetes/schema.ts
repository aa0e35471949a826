/** What a definition's schema does to a custom resource: prunes unknown fields, fills defaults. */
import { fieldsAt, isFields, listAt, type Fields, type KubeObject } from './object.ts';
import type { Resource } from './resources.ts';

/** The schema of the version that a resource is served in. */
export function schemaOf(resource: Resource, definition: KubeObject): Fields {
  const version = listAt(definition, 'spec', 'versions').find((one) => isFields(one) && one['name'] === resource.version);
  return fieldsAt(version, 'schema', 'openAPIV3Schema');
}

const HEAD = new Set(['apiVersion', 'kind', 'metadata']);

/** An object without what its schema does not know. */
export interface Pruned {
  readonly object: KubeObject;
  /** Dotted paths of the fields that went. */
  readonly unknown: readonly string[];
}

/** Takes out fields that the schema does not name. */
export function pruneUnknown(schema: Fields, object: KubeObject): Pruned {
  const unknown: string[] = [];
  const { apiVersion, kind, metadata, ...body } = object;
  const pruned = prune(body, schema, '', unknown) as Fields;
  return { object: { apiVersion, kind, ...pruned, metadata } as KubeObject, unknown };
}

function prune(value: unknown, schema: Fields, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const items = fieldsAt(schema, 'items');
    return value.map((item, index) => prune(item, items, `${path}[${index}]`, unknown));
  }
  if (!isFields(value)) return value;
  const properties = fieldsAt(schema, 'properties');
  const others = schema['additionalProperties'];
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || others === true || schema['type'] === undefined;
  const kept: Fields = {};
  for (const [name, one] of Object.entries(value)) {
    const below = properties[name] ?? others;
    const place = path === '' ? name : `${path}.${name}`;
    if (isFields(below)) kept[name] = prune(one, below, place, unknown);
    else if (open || (path === '' && HEAD.has(name))) kept[name] = one;
    else unknown.push(place);
  }
  return kept;
}

/** Fills what the schema has a default for, where the object around it is there. */
export function fillDefaults(value: unknown, schema: Fields): unknown {
  if (Array.isArray(value)) return value.map((item) => fillDefaults(item, fieldsAt(schema, 'items')));
  if (!isFields(value)) return value;
  const filled: Fields = { ...value };
  for (const [name, property] of Object.entries(fieldsAt(schema, 'properties'))) {
    if (!isFields(property)) continue;
    if (filled[name] === undefined && property['default'] !== undefined) filled[name] = property['default'];
    if (filled[name] !== undefined) filled[name] = fillDefaults(filled[name], property);
  }
  return filled;
}
