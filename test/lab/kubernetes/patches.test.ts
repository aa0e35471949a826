import { describe, expect, it } from 'vitest';
import { jsonPatch, mergePatch } from '../../../lab/kubernetes/patches.ts';
import { strategicPatch } from '../../../lab/kubernetes/strategic.ts';

describe('merge patches', () => {
  it('change, add, remove, and replace lists whole', () => {
    const patch = { a: { b: 2, c: null }, list: [3] };

    expect(mergePatch({ a: { b: 1, c: 1 }, list: [1, 2], kept: true }, JSON.stringify(patch))).toEqual({
      a: { b: 2 },
      list: [3],
      kept: true,
    });
  });

  it('are refused when they are no object', () => {
    expect(() => mergePatch({}, '[]')).toThrow('cannot unmarshal array');
    expect(() => mergePatch({}, '{"a":')).toThrow('invalid JSON patch');
  });
});

describe('JSON patches', () => {
  it.each([
    [[{ op: 'add', path: '/list/1', value: 'x' }], { list: ['a', 'x', 'b'], of: { 'a/b': 1 } }],
    [[{ op: 'add', path: '/list/-', value: 'x' }], { list: ['a', 'b', 'x'], of: { 'a/b': 1 } }],
    [[{ op: 'remove', path: '/list/0' }], { list: ['b'], of: { 'a/b': 1 } }],
    [[{ op: 'replace', path: '/of/a~1b', value: 2 }], { list: ['a', 'b'], of: { 'a/b': 2 } }],
    [[{ op: 'move', from: '/list/0', path: '/first' }], { first: 'a', list: ['b'], of: { 'a/b': 1 } }],
    [[{ op: 'copy', from: '/of', path: '/twin' }], { list: ['a', 'b'], of: { 'a/b': 1 }, twin: { 'a/b': 1 } }],
  ])('%j', (operations, result) => {
    expect(jsonPatch({ list: ['a', 'b'], of: { 'a/b': 1 } }, JSON.stringify(operations))).toEqual(result);
  });

  it('change nothing when one step fails', () => {
    const target = { a: 1 };
    const operations = [
      { op: 'replace', path: '/a', value: 2 },
      { op: 'test', path: '/a', value: 1 },
    ];

    expect(() => jsonPatch(target, JSON.stringify(operations))).toThrow('the server rejected our request');
    expect(target).toEqual({ a: 1 });
  });
});

describe('strategic merge patches', () => {
  const structure = { fields: { env: { keys: ['name'] } } };
  const target = { env: [{ name: 'A', value: '1' }, { name: 'B' }], args: ['x'] };

  it('merge a list by its key, and replace one that has none', () => {
    const patch = { env: [{ name: 'A', value: '2' }, { name: 'C' }], args: ['y'] };

    expect(strategicPatch(target, JSON.stringify(patch), structure)).toEqual({
      env: [{ name: 'C' }, { name: 'A', value: '2' }, { name: 'B' }],
      args: ['y'],
    });
  });

  it('delete an item, and replace a whole list', () => {
    expect(strategicPatch(target, '{"env":[{"name":"A","$patch":"delete"}]}', structure)).toEqual({ env: [{ name: 'B' }], args: ['x'] });
    expect(strategicPatch(target, '{"env":[{"$patch":"replace"},{"name":"D"}]}', structure)).toEqual({ env: [{ name: 'D' }], args: ['x'] });
  });
});
