/** What changed between two states, as sets of fields. */
import { elementOf, join, type FieldSet } from './fieldset.ts';
import { isFields, sameJson } from './object.ts';
import { childStructure, isAssociative, type Structure } from './structure.ts';

/** Which fields came, went and changed. */
export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

interface Found {
  readonly added: Set<string>;
  readonly removed: Set<string>;
  readonly modified: Set<string>;
}

/** Compares two states field by field, as far as their structure says that fields have owners of their own. */
export function compare(before: unknown, after: unknown, structure: Structure): Comparison {
  const found: Found = { added: new Set(), removed: new Set(), modified: new Set() };
  walk(before, after, structure, '', found);
  return found;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0;
}

function walk(before: unknown, after: unknown, structure: Structure, path: string, found: Found): void {
  if (before === undefined && after === undefined) return;
  const children = childrenOf(before, after, structure);
  if (children === undefined || (isEmpty(before) && isEmpty(after) && path !== '')) {
    if (structure.always === true && isEmpty(before) && isEmpty(after)) return;
    leaf(before, after, path, found);
    return;
  }
  for (const [element, one] of children) walk(one.before, one.after, one.structure, join(path, element), found);
  if (path === '' || structure.always === true) return;
  if (before === undefined) found.added.add(path);
  else if (after === undefined) found.removed.add(path);
}

function leaf(before: unknown, after: unknown, path: string, found: Found): void {
  if (before === undefined) found.added.add(path);
  else if (after === undefined) found.removed.add(path);
  else if (!sameJson(before, after)) found.modified.add(path);
}

interface Child {
  readonly before: unknown;
  readonly after: unknown;
  readonly structure: Structure;
}

/** The pairs one step below, or undefined when the two are compared as one piece. */
function childrenOf(before: unknown, after: unknown, structure: Structure): Map<string, Child> | undefined {
  if (structure.atomic === true) return undefined;
  if ((before === undefined || isFields(before)) && (after === undefined || isFields(after))) {
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    return new Map(
      [...names].map((name) => [`f:${name}`, { before: before?.[name], after: after?.[name], structure: childStructure(structure, name) }]),
    );
  }
  if (!isAssociative(structure)) return undefined;
  return itemPairs(itemsOf(before, structure), itemsOf(after, structure), structure);
}

function itemsOf(list: unknown, structure: Structure): Map<string, unknown> {
  return new Map((Array.isArray(list) ? list : []).map((item) => [elementOf(item, structure), item]));
}

function itemPairs(before: Map<string, unknown>, after: Map<string, unknown>, structure: Structure): Map<string, Child> {
  const below: Structure = structure.keys === undefined ? { atomic: true } : (structure.element ?? {});
  const elements = new Set([...before.keys(), ...after.keys()]);
  return new Map([...elements].map((element) => [element, { before: before.get(element), after: after.get(element), structure: below }]));
}
