import { expect, it } from 'vitest';
import { systemRandom } from '../../src/core/random.ts';

it('draws numbers from 0 up to but not including 1', () => {
  const drawn = Array.from({ length: 1_000 }, () => systemRandom.next());

  expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(drawn).size).toBeGreaterThan(990);
});

it.each([0, 1, 8, 32])('makes ids of %d characters that may stand in a name', (length) => {
  expect(systemRandom.id(length)).toMatch(new RegExp(`^[a-z2-7]{${length}}$`));
});

it('makes another id each time, of all its characters', () => {
  const ids = Array.from({ length: 500 }, () => systemRandom.id(8));

  expect(new Set(ids).size).toBe(500);
  expect(new Set(ids.join('')).size).toBe(32);
});
