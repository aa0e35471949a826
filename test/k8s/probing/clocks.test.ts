import { expect, it } from 'vitest';
import { NodeClocks } from '../../../src/k8s/probing/clocks.ts';

const NOW = 1_000_000;

it('takes a clock for right whose Lease is as old as a Lease may be', () => {
  const nodes = new NodeClocks();
  expect([nodes.skew('b/n', NOW, NOW), nodes.skew('b/n', NOW - 10_000, NOW)]).toEqual([0, 0]);
});

it('tells at once by how much a clock is ahead', () => {
  expect(new NodeClocks().skew('b/n', NOW + 40_000, NOW)).toBe(40_000);
});

it('tells by how much a clock is behind once the Lease was renewed, and nothing of a node that is gone', () => {
  const nodes = new NodeClocks();
  const looks = [
    ['b/n', NOW - 50_000, NOW],
    ['b/n', NOW - 50_000, NOW + 1_000],
    ['b/other', NOW - 50_000, NOW + 1_000],
    ['b/n', NOW - 40_000, NOW + 10_000],
  ] as const;
  expect(looks.map(([key, renewed, now]) => nodes.skew(key, renewed, now))).toEqual([undefined, undefined, undefined, -40_000]);
});
