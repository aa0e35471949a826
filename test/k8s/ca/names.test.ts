import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupName, generationOf, inGeneration, markTime } from '../../../src/k8s/ca/names.ts';

describe('names of a generation', () => {
  it('carry its number, the first none', () => {
    expect([1, 2, 17].map((generation) => inGeneration('istio-root', generation))).toEqual([
      'istio-root',
      'istio-root-g2',
      'istio-root-g17',
    ]);
  });

  it('lead back to it', () => {
    assert(
      property(integer({ min: 1, max: 999_999 }), (generation) => {
        expect(generationOf('istio-ica-b', inGeneration('istio-ica-b', generation))).toBe(generation);
      }),
    );
  });

  it.each([
    '',
    'istio-roo',
    'istio-root-g',
    'istio-root-g0',
    'istio-root-g1',
    'istio-root-g02',
    'istio-root-g2x',
    'istio-root-2',
    'istio-root-g-2',
    'istio-root-g9999999',
  ])('%j is none', (name) => {
    expect(generationOf('istio-root', name)).toBeUndefined();
  });

  it('of one authority are not taken for those of another', () => {
    expect(generationOf('istio-ica-b', 'istio-ica-b-g2-g3')).toBeUndefined();
    expect(generationOf('istio-ica-b-g2', 'istio-ica-b-g2')).toBe(1);
  });
});

it('a backup is called after what it holds', () => {
  expect(backupName('0123456789abcdef')).toBe('cacerts-backup-0123456789');
});

it('a time is told in UTC with milliseconds', () => {
  expect(markTime(Date.UTC(2026, 2, 1, 1, 2, 3, 4))).toBe('2026-03-01T01:02:03.004Z');
});
