import { describe, expect, it } from 'vitest';
import { Bindings, differences } from './kubernetes/unify.ts';

const UID = '11111111-2222-4333-8444-555555555555';

describe('the comparison with a recording', () => {
  it('finds nothing where only placeholders differ, and binds them', () => {
    const bindings = new Bindings();
    const recorded = { uid: '<uid:1>', version: '<rv:1>', text: 'secrets "<uid:1>" at <rv:1>', port: '<nodeport:1>' };

    expect(differences(recorded, { uid: UID, version: '12', text: `secrets "${UID}" at 12`, port: 30_001 }, bindings)).toEqual([]);
    expect(bindings.get('<uid:1>')).toEqual(UID);
  });

  it.each([
    ['another value', { a: 1 }, { a: 2 }, ['.a: 1 was recorded, got 2']],
    ['a missing field', { a: 1, b: null }, { a: 1 }, ['.b: missing, recorded was null']],
    ['a field too many', { a: 1 }, { a: 1, b: 2 }, ['.b: not recorded, got 2']],
    ['a list of another length', [1], [1, 2], [': 1 items were recorded, got 2: [1] <> [1,2]']],
    ['another order', ['a', 'b'], ['b', 'a'], ['[0]: "a" was recorded, got "b"', '[1]: "b" was recorded, got "a"']],
    ['a value of another shape', { v: '<rv:1>' }, { v: 'new' }, ['.v: "<rv:1>" was recorded, got "new"']],
    ['one placeholder with two values', ['<rv:1>', '<rv:1>'], ['1', '2'], ['[1]: "<rv:1>=1" was recorded, got "2"']],
  ])('tells %s', (_, recorded, actual, problems) => {
    expect(differences(recorded, actual, new Bindings())).toEqual(problems);
  });

  it('tells versions and times that are out of order', () => {
    const bindings = new Bindings();
    bindings.set('<rv:1>', '9');
    bindings.set('<rv:2>', '9');
    bindings.set('<rv:3>', '10');
    bindings.set('<time:1>', '2026-01-05T12:00:01Z');
    bindings.set('<time:2>', '2026-01-05T12:00:00Z');

    expect([...bindings.disorder('rv'), ...bindings.disorder('time')]).toEqual([
      '<rv:1> is 9 but <rv:2> is 9',
      '<time:1> is 2026-01-05T12:00:01Z but <time:2> is 2026-01-05T12:00:00Z',
    ]);
  });
});
