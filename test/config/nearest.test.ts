import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distance, nearest } from '../../src/config/nearest.ts';

describe('src/config/nearest.ts', () => {
  test.each<[string, string, number]>([
    ['', '', 0],
    ['', 'abc', 3],
    ['signer', 'singer', 1],
    ['network', 'netwrok', 1],
    ['kitten', 'sitting', 3],
    ['roles', 'rols', 1],
  ])('the distance of %s and %s is %i', (a, b, expected) => {
    expect(distance(a, b)).toBe(expected);
  });

  test.each<[string, readonly string[], string | undefined]>([
    ['singer', ['edge', 'signer'], 'signer'],
    ['Networks', ['name', 'network'], 'network'],
    ['warning', ['info', 'warn'], 'warn'],
    ['x', ['edge', 'signer'], undefined],
    ['compute', ['edge', 'signer'], undefined],
    ['ab', ['bb', 'aa'], 'aa'],
    ['anything', [], undefined],
  ])('of %s among %j it is %s', (name, valid, expected) => {
    expect(nearest(name, valid)).toBe(expected);
  });

  test('a distance is the same both ways, and none only to itself', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect([distance(a, b), distance(a, b) === 0]).toEqual([distance(b, a), a === b]);
      }),
    );
  });
});
