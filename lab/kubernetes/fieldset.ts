/** Sets of fields, as managedFields has them. A path is its elements (`f:data`, `k:{"name":"x"}`, `v:"x"`) joined by {@link SEPARATOR}. */
import { isFields, type Fields, type FieldsV1 } from './object.ts';
import { childStructure, isAssociative, type Structure } from './structure.ts';

/** Paths of fields. */
export type FieldSet = ReadonlySet<string>;

/** Stands between the elements of a path; it occurs in no field name. */
export const SEPARATOR = '\u0000';

/** The path one element further. */
export function join(path: string, element: string): string {
  return path === '' ? element : path + SEPARATOR + element;
}

/** Paths that nobody can own: identity and what the server keeps. */
const UNOWNED = new Set(
  [
    ['f:apiVersion'],
    ['f:kind'],
    ['f:metadata'],
    ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'resourceVersion'].map((name) => [
      'f:metadata',
      `f:${name}`,
    ]),
  ].map((path) => path.join(SEPARATOR)),
);

/** Takes identity and bookkeeping out of a set. */
export function withoutUnowned(set: FieldSet): FieldSet {
  return new Set([...set].filter((path) => !UNOWNED.has(path) && !path.startsWith(`f:metadata${SEPARATOR}f:managedFields`)));
}

/** The element that names an item of an associative list. */
export function elementOf(item: unknown, structure: Structure): string {
  if (structure.keys === undefined) return `v:${JSON.stringify(item)}`;
  const fields: Fields = isFields(item) ? item : {};
  const named = structure.keys.toSorted().map((key) => [key, fields[key] ?? structure.keyDefaults?.[key]]);
  return `k:${JSON.stringify(Object.fromEntries(named.filter(([, value]) => value !== undefined)))}`;
}

/** All fields that a configuration states: leaves, and the existence of list items. */
export function statedFields(value: unknown, structure: Structure): FieldSet {
  const found = new Set<string>();
  state(value, structure, '', found);
  return withoutUnowned(found);
}

function state(value: unknown, structure: Structure, path: string, found: Set<string>): void {
  if (structure.atomic !== true && isFields(value)) {
    const names = Object.keys(value);
    if ((names.length === 0 || structure.deduced === true) && path !== '') found.add(path);
    for (const name of names) state(value[name], childStructure(structure, name), join(path, `f:${name}`), found);
    return;
  }
  if (structure.atomic !== true && Array.isArray(value) && isAssociative(structure)) {
    for (const item of value) {
      const below = join(path, elementOf(item, structure));
      found.add(below);
      if (structure.keys !== undefined) state(item, structure.element ?? {}, below, found);
    }
    return;
  }
  found.add(path);
}

/** A set as managedFields has it. */
export function toFieldsV1(set: FieldSet): FieldsV1 {
  const root: FieldsV1 = {};
  for (const path of [...set].sort()) {
    let here = root;
    for (const element of path.split(SEPARATOR)) here = here[element] ??= {};
    here['.'] = {};
  }
  return stripLeafDots(root);
}

/** A leaf is `{}`, while an object that is owned itself and has owned fields carries a dot. */
function stripLeafDots(node: FieldsV1): FieldsV1 {
  const entries = Object.entries(node);
  if (entries.length === 1 && entries[0]?.[0] === '.') return {};
  return Object.fromEntries(entries.map(([name, value]) => [name, name === '.' ? {} : stripLeafDots(value)]));
}

/** Reads what managedFields has. */
export function fromFieldsV1(fields: FieldsV1 | undefined): FieldSet {
  const found = new Set<string>();
  const walk = (node: FieldsV1, path: string): void => {
    const names = Object.keys(node);
    if (path !== '' && (names.length === 0 || '.' in node)) found.add(path);
    for (const name of names) if (name !== '.') walk(node[name] ?? {}, join(path, name));
  };
  walk(fields ?? {}, '');
  return found;
}

/** `.data.root-cert.pem`, `.spec.containers[name="x"].env` – how messages write a path. */
export function pathText(path: string): string {
  return path
    .split(SEPARATOR)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`;
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
      const keys = JSON.parse(element.slice(2)) as Fields;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}
