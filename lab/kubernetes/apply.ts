/** Server-side apply: merge a configuration into an object, remove what the manager no longer states, refuse what others own. */
import { compare } from './compare.ts';
import { elementOf, join, pathText, statedFields, type FieldSet } from './fieldset.ts';
import { both, comparable, isSameOwner, minus, ownersOf, union, withoutLost, type Owner, type Writer } from './managed.ts';
import { cloneObject, isFields, kubeTime, type Fields, type KubeObject } from './object.ts';
import { failure, unforeseen, type StatusCause, type StatusError } from './status.ts';
import { childStructure, isAssociative, type Structure } from './structure.ts';

/** One apply: what is there, what is stated, by whom. */
export interface ApplyRequest {
  readonly live: KubeObject | undefined;
  readonly configuration: KubeObject;
  readonly structure: Structure;
  readonly writer: Writer;
  readonly force: boolean;
  /** Takes out of a set what this door cannot change. */
  readonly reset: (set: FieldSet) => FieldSet;
}

/** What an apply came to: the object, and who owns which of its fields. */
export interface Applied {
  readonly object: KubeObject;
  readonly owners: readonly Owner[];
}

/** The object after the apply and who owns what then. Throws the 409 that lists every conflict. */
export function applyConfiguration({ live, configuration, structure, writer, force, reset }: ApplyRequest): Applied {
  const owners = live === undefined ? [] : ownersOf(live);
  const mine = owners.find((owner) => isSameOwner(owner, writer, 'Apply'));
  const others = owners.filter((owner) => owner !== mine);
  requireTyped(configuration, structure);
  const stated = reset(statedFields(comparable(configuration), structure));
  const start: KubeObject = live === undefined ? { metadata: {} } : cloneObject(live);
  const merged = mergeValue(start, configuration, structure) as KubeObject;
  const gone = minus(mine?.fields ?? new Set<string>(), union(stated, ...others.map((owner) => owner.fields)));
  const object = prune(merged, structure, gone, union(stated, ...others.map((owner) => owner.fields)));
  const changes = compare(live === undefined ? { metadata: {} } : comparable(live), comparable(object), structure);
  const touched = union(changes.added, changes.modified);
  const contested = others.map((owner) => ({ owner, fields: reset(both(owner.fields, touched)) })).filter(({ fields }) => fields.size > 0);
  if (contested.length > 0 && !force) throw conflicts(contested);
  const remaining = withoutLost(others, union(changes.removed, ...contested.map(({ fields }) => fields)));
  // The server keeps no time of an apply that changed no value, even of one that made its manager an owner.
  const untouched = live !== undefined && touched.size + changes.removed.size === 0;
  const own: Owner = {
    manager: writer.manager,
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: untouched ? mine?.time : kubeTime(writer.now),
    fields: stated,
  };
  return { object, owners: [...remaining, own] };
}

/** Lays a configuration over a value. */
function mergeValue(live: unknown, stated: unknown, structure: Structure): unknown {
  if (structure.atomic === true) return stated;
  if (isFields(stated)) {
    const result: Fields = isFields(live) ? { ...live } : {};
    for (const [name, value] of Object.entries(stated)) result[name] = mergeValue(result[name], value, childStructure(structure, name));
    return result;
  }
  if (Array.isArray(stated) && Array.isArray(live) && isAssociative(structure)) return mergeList(live, stated, structure);
  return stated;
}

/** Items that are stated keep their stated order; live items of others keep their place before the next common one. */
function mergeList(live: readonly unknown[], stated: readonly unknown[], structure: Structure): unknown[] {
  const present = new Map(live.map((item) => [elementOf(item, structure), item]));
  const wanted = stated.map((item) => ({ element: elementOf(item, structure), item }));
  const merged = wanted.map(({ element, item }) =>
    structure.keys === undefined ? item : mergeValue(present.get(element), item, structure.element ?? {}),
  );
  const result: unknown[] = [];
  let next = 0;
  for (const [element, item] of present) {
    const place = wanted.findIndex((one) => one.element === element);
    if (place < 0) result.push(item);
    else if (place >= next) {
      result.push(...merged.slice(next, place + 1));
      next = place + 1;
    }
  }
  return [...result, ...merged.slice(next)];
}

/** Removes fields; an item or object goes as a whole unless somebody still owns something in it. */
function prune(object: KubeObject, structure: Structure, gone: FieldSet, kept: FieldSet): KubeObject {
  if (gone.size === 0) return object;
  return (pruneValue(object, structure, '', { gone, kept: [...kept] }) ?? { metadata: {} }) as KubeObject;
}

interface Pruning {
  readonly gone: FieldSet;
  readonly kept: readonly string[];
}

function survives(path: string, { gone, kept }: Pruning): boolean {
  if (!gone.has(path)) return true;
  return kept.some((other) => other === path || other.startsWith(`${path}\u0000`));
}

function pruneValue(value: unknown, structure: Structure, path: string, pruning: Pruning): unknown {
  if (structure.atomic === true) return value;
  if (isFields(value)) {
    const entries = Object.entries(value)
      .filter(([name]) => survives(join(path, `f:${name}`), pruning))
      .map(([name, one]) => [name, pruneValue(one, childStructure(structure, name), join(path, `f:${name}`), pruning)] as const)
      .filter(([, one]) => one !== undefined);
    return entries.length === 0 && Object.keys(value).length > 0 && path !== '' ? undefined : Object.fromEntries(entries);
  }
  if (!Array.isArray(value) || !isAssociative(structure)) return value;
  const items = value.filter((item) => survives(join(path, elementOf(item, structure)), pruning));
  const below = structure.keys === undefined ? { atomic: true } : (structure.element ?? {});
  const left = items.map((item) => pruneValue(item, below, join(path, elementOf(item, structure)), pruning));
  return left.length === 0 && value.length > 0 ? undefined : left;
}

interface Contest {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

/** A manager as messages write it: its name, and for a plain write also the version it used. */
function ownerText(owner: Owner): string {
  const how = owner.subresource === '' ? '' : ` with subresource "${owner.subresource}"`;
  if (owner.operation === 'Apply') return `"${owner.manager}"${how}`;
  return `"${owner.manager}"${how} using ${owner.apiVersion}`;
}

function conflicts(contests: readonly Contest[]): StatusError {
  const causes: StatusCause[] = contests.flatMap(({ owner, fields }) =>
    [...fields].sort().map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${ownerText(owner)}`,
      field: pathText(path),
    })),
  );
  const message = causes.length === 1 ? `Apply failed with 1 conflict: ${causes[0]?.message}: ${causes[0]?.field}` : several(causes);
  return failure({ code: 409, message, reason: 'Conflict', details: { causes } });
}

function several(causes: readonly StatusCause[]): string {
  const byOwner = Map.groupBy(causes, (cause) => cause.message.replace('conflict with', 'conflicts with'));
  const parts = [...byOwner].map(([who, list]) => `${who}:\n${list.map((cause) => `- ${cause.field}`).join('\n')}`);
  return `Apply failed with ${causes.length} conflicts: ${parts.join('\n')}`;
}

/** Two items of a list under the same key cannot be merged. */
function duplicate(value: unknown, structure: Structure, path: string): string | undefined {
  if (structure.atomic === true) return undefined;
  if (isFields(value)) {
    return firstOf(Object.entries(value), ([name, one]) => duplicate(one, childStructure(structure, name), join(path, `f:${name}`)));
  }
  if (!Array.isArray(value) || !isAssociative(structure)) return undefined;
  const elements = value.map((item) => elementOf(item, structure));
  const twice = elements.find((element, index) => elements.indexOf(element) < index);
  if (twice !== undefined) return `${pathText(path)}: duplicate entries for key ${pathText(twice)}`;
  if (structure.keys === undefined) return undefined;
  return firstOf(value, (item) => duplicate(item, structure.element ?? {}, join(path, elementOf(item, structure))));
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function requireTyped(configuration: KubeObject, structure: Structure): void {
  const fault = duplicate(configuration, structure, '');
  if (fault !== undefined) throw untyped(configuration, fault);
}

/** The refusal of a configuration that does not fit its schema: a 500. */
export function untyped({ apiVersion = '', kind, metadata }: KubeObject, fault: string): StatusError {
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return unforeseen(`failed to create typed patch object (/${metadata.name}; ${version}, Kind=${kind}): ${fault}`);
}
