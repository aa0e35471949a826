import { describe, expect, it } from 'vitest';
import { overdueFrom } from '../../src/mesh/renewal-window.ts';
import { DAY, HOUR, NOW } from './authority.ts';

describe('src/mesh/renewal-window.ts', () => {
  it.each([
    ['the grace, where the window is long', NOW + 60 * DAY, 6 * HOUR],
    ['a quarter of the window, where it is short', NOW + 8 * HOUR, 2 * HOUR],
    ['nothing, where the renewal comes after the end', NOW - HOUR, 0],
    ['the grace, where no end is known', undefined, 6 * HOUR],
  ])('allows %s', (_name, notAfter, allowed) => {
    expect(overdueFrom({ renewalTime: NOW, notAfter }, 6 * HOUR)).toBe(NOW + allowed);
  });
});
