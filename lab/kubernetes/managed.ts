/** Who owns which field: the bookkeeping of managedFields for updates and applies. */
import { compare } from './compare.ts';
import { fromFieldsV1, toFieldsV1, withoutUnowned, type FieldSet } from './fieldset.ts';
import { kubeTime, type KubeObject, type ManagedFieldsEntry } from './object.ts';
import type { Structure } from './structure.ts';

/** One manager's fields. Manager, operation, version and subresource together are its identity. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Who writes, and through which door. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly now: number;
}

/** The owners that an object’s managedFields name. */
export function ownersOf(object: KubeObject): Owner[] {
  return (object.metadata.managedFields ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields: fromFieldsV1(entry.fieldsV1),
  }));
}

/** The wire form, in the server's order: applies first, then by time, then by name. Owners of nothing are left out. */
export function managedFieldsOf(owners: readonly Owner[]): ManagedFieldsEntry[] {
  return owners
    .filter((owner) => owner.fields.size > 0)
    .toSorted(
      (a, b) =>
        compareText(a.operation, b.operation) ||
        compareText(a.time ?? '', b.time ?? '') ||
        compareText(a.manager, b.manager) ||
        compareText(a.subresource, b.subresource),
    )
    .map((owner) => ({
      manager: owner.manager,
      operation: owner.operation,
      apiVersion: owner.apiVersion,
      ...(owner.time === undefined ? {} : { time: owner.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(owner.fields),
      ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
    }));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True when a writer is the manager of an entry. Applies of all versions are one, updates are apart. */
export function isSameOwner(owner: Owner, writer: Writer, operation: Owner['operation']): boolean {
  return (
    owner.manager === writer.manager &&
    owner.operation === operation &&
    owner.subresource === writer.subresource &&
    (operation === 'Apply' || owner.apiVersion === writer.apiVersion)
  );
}

/** All paths of all sets. */
export function union(...sets: readonly FieldSet[]): FieldSet {
  return new Set(sets.flatMap((set) => [...set]));
}

/** The paths of a set that another one lacks. */
export function minus(set: FieldSet, taken: FieldSet): FieldSet {
  return new Set([...set].filter((path) => !taken.has(path)));
}

/** The paths that two sets share. */
export function both(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((path) => b.has(path)));
}

/** Takes fields that were removed or changed away from everyone but the writer. */
export function withoutLost(owners: readonly Owner[], lost: FieldSet): Owner[] {
  return owners.map((owner) => ({ ...owner, fields: minus(owner.fields, lost) }));
}

/** A writer may send other owners than there are, and then they count; an object without any keeps those that it had. */
function sends({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).length > 0;
}

/** The managedFields after a plain write: what changed belongs to the writer, what vanished to nobody. */
export function ownersAfterUpdate(before: KubeObject | undefined, after: KubeObject, structure: Structure, writer: Writer): Owner[] {
  const changes = compare(comparable(before), comparable(after), structure);
  const owners = before === undefined ? [] : ownersOf(sends(after) ? after : before);
  // An object that nobody owns anything of is not followed before it is applied.
  if (before !== undefined && owners.length === 0) return [];
  const touched = withoutUnowned(union(changes.added, changes.modified));
  const mine = owners.find((owner) => isSameOwner(owner, writer, 'Update'));
  const others = owners.filter((owner) => owner !== mine);
  const fields = minus(union(mine?.fields ?? new Set<string>(), touched), changes.removed);
  const remaining = withoutLost(others, union(touched, changes.removed));
  if (fields.size === 0) return remaining;
  // fields that were only taken out do not count as an act of the manager
  const time = mine !== undefined && touched.size === 0 ? mine.time : kubeTime(writer.now);
  return [
    ...remaining,
    {
      manager: writer.manager,
      operation: 'Update',
      apiVersion: writer.apiVersion,
      subresource: writer.subresource,
      time,
      fields,
    },
  ];
}

/** An object without the parts that no one owns. */
export function comparable(object: KubeObject | undefined): unknown {
  if (object === undefined) return { metadata: {} };
  const { managedFields: _, resourceVersion: __, creationTimestamp: ___, generation: ____, uid: _____, ...metadata } = object.metadata;
  const { apiVersion: _a, kind: _k, ...rest } = object;
  return { ...rest, metadata };
}
