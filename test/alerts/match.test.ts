import { describe, expect, it } from 'vitest';
import { isMatch } from '../../src/alerts/index.ts';

const KEY = 'link-down|link:cluster-a>cluster-b';

describe('src/alerts/match.ts', () => {
  it.each([
    [KEY, true],
    ['*', true],
    ['link-down|*', true],
    ['*|link:cluster-a>cluster-b', true],
    ['*cluster-b*', true],
    ['link-*|*>cluster-b', true],
    ['**', true],
    ['link-down', false],
    ['', false],
    ['link-down|', false],
    ['*cluster-c*', false],
    ['link-down|link:cluster-a>cluster-b*cluster-b', false],
    ['LINK-DOWN|*', false],
    ['.*', false],
  ])('%s', (pattern, matches) => {
    expect(isMatch(pattern, KEY)).toBe(matches);
  });

  it('does not let two parts of a pattern share what they match', () => {
    expect([isMatch('aba*ba', 'aba'), isMatch('aba*ba', 'ababa'), isMatch('*aa*a', 'aa'), isMatch('*aa*a', 'aaa')]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('takes no time over a pattern that was made to be slow', () => {
    expect(isMatch(`${'*a'.repeat(5_000)}b`, 'a'.repeat(10_000))).toBe(false);
  });
});
