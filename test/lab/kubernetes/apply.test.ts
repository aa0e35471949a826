import { describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../../lab/kubernetes/apply.ts';
import { fromFieldsV1, toFieldsV1, type FieldSet } from '../../../lab/kubernetes/fieldset.ts';
import { managedFieldsOf, ownersAfterUpdate } from '../../../lab/kubernetes/managed.ts';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import { PLAIN, type Structure } from '../../../lab/kubernetes/structure.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const STRUCTURE: Structure = { fields: { ...PLAIN.fields, ports: { keys: ['port'] }, zones: { set: true }, pinned: { atomic: true } } };

function apply(live: KubeObject | undefined, manager: string, stated: object, force = false): KubeObject {
  const configuration = { metadata: { name: 'x' }, ...stated };
  const writer = { manager, apiVersion: 'v1', subresource: '', now: NOON };
  const reset = (set: FieldSet): FieldSet => set;
  const { object, owners } = applyConfiguration({ live, configuration, structure: STRUCTURE, writer, force, reset });
  return { ...object, metadata: { ...object.metadata, managedFields: managedFieldsOf(owners) } };
}

function body(object: KubeObject): object {
  const { metadata: _, ...rest } = object;
  return rest;
}

describe('server-side apply', () => {
  it('removes what its manager no longer states, and nothing else', () => {
    const first = apply(undefined, 'one', { data: { a: '1', b: '2' } });
    const second = apply(first, 'two', { data: { c: '3' } });

    const third = apply(second, 'one', { data: { a: '1' } });

    expect(body(third)).toEqual({ data: { a: '1', c: '3' } });
  });

  it('keeps a field that another manager states as well', () => {
    const shared = apply(apply(undefined, 'one', { data: { a: '1' } }), 'two', { data: { a: '1' } });

    expect(body(apply(shared, 'one', {}))).toEqual({ data: { a: '1' } });
  });

  it('refuses to change the field of another, unless forced', () => {
    const live = apply(undefined, 'one', { data: { a: '1' } });

    expect(() => apply(live, 'two', { data: { a: '2' } })).toThrow('Apply failed with 1 conflict: conflict with "one": .data.a');
    expect(apply(live, 'two', { data: { a: '2' } }, true)).toEqual({
      data: { a: '2' },
      metadata: {
        name: 'x',
        managedFields: [
          {
            manager: 'two',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-05T12:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:a': {} } },
          },
        ],
      },
    });
  });

  it('merges a list by its key and leaves the items of others in place', () => {
    const live = apply(undefined, 'one', {
      ports: [
        { port: 1, name: 'one' },
        { port: 2, name: 'two' },
      ],
    });

    const merged = apply(live, 'two', { ports: [{ port: 3 }, { port: 2 }] });

    expect(body(merged)).toEqual({ ports: [{ port: 1, name: 'one' }, { port: 3 }, { port: 2, name: 'two' }] });
    expect(body(apply(merged, 'one', { ports: [{ port: 1, name: 'one' }] }))).toEqual({
      ports: [{ port: 1, name: 'one' }, { port: 3 }, { port: 2 }],
    });
  });

  it('adds to a set', () => {
    const live = apply(undefined, 'one', { zones: ['a'] });

    expect(body(apply(live, 'two', { zones: ['b'] }))).toEqual({ zones: ['a', 'b'] });
  });

  it('takes an atomic object as one piece', () => {
    const live = apply(undefined, 'one', { pinned: { a: 1 } });

    expect(() => apply(live, 'two', { pinned: { b: 2 } })).toThrow('conflict with "one": .pinned');
  });

  it('refuses two items under one key', () => {
    expect(() => apply(undefined, 'one', { ports: [{ port: 1 }, { port: 1 }] })).toThrow('.ports: duplicate entries for key [port=1]');
  });
});

describe('the ownership of plain writes', () => {
  const writer = { manager: 'editor', apiVersion: 'v1', subresource: '', now: NOON };

  it('gives what changed to the writer and takes it from the others', () => {
    const live = apply(undefined, 'one', { data: { a: '1', b: '2' } });
    const after = { ...live, data: { a: '1', b: '3' } };

    const owners = managedFieldsOf(ownersAfterUpdate(live, after, STRUCTURE, writer));

    expect(owners.map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))).toEqual([
      { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } },
      { manager: 'editor', operation: 'Update', fieldsV1: { 'f:data': { 'f:b': {} } } },
    ]);
  });

  it('leaves owners alone when nothing changed', () => {
    const live = apply(undefined, 'one', { data: { a: '1' } });

    expect(managedFieldsOf(ownersAfterUpdate(live, live, STRUCTURE, writer))).toEqual(live.metadata.managedFields);
  });
});

describe('the wire form of a field set', () => {
  it('is read and written back', () => {
    const wire = { 'f:data': { '.': {}, 'f:a': {} }, 'f:ports': { 'k:{"port":1}': { '.': {}, 'f:name': {} } } };

    expect(toFieldsV1(fromFieldsV1(wire))).toEqual(wire);
  });
});
