import { describe, expect, it } from 'vitest';
import { rootPlans, rootSeverity } from '../../src/mesh/root-plan.ts';
import { certificateOf, DAY, ROOT } from './authority.ts';
import { blind, changed, mesh } from './build.ts';

describe('src/mesh/root-plan.ts', () => {
  it('gives each root with the longest life under it and the day by which to rotate', () => {
    const root = certificateOf(ROOT);
    const { clusters } = mesh();
    expect(rootPlans(clusters)).toEqual([
      { root, clusters: clusters.map(({ identity }) => identity), intermediateLife: 180 * DAY, rotateBy: root.notAfter - 210 * DAY },
    ]);
  });

  it('is a ticket from where two intermediates do not fit any more', () => {
    const severities = rootPlans(mesh().clusters).flatMap((plan) =>
      [360 * DAY, 360 * DAY - 1, 7 * DAY - 1].map((left) => rootSeverity(plan, plan.root.notAfter - left)),
    );
    expect(severities).toEqual([undefined, 'ticket', 'page']);
  });

  it('knows none where no cacerts could be read', () => {
    expect(rootPlans(changed(mesh(), blind('a', 'cacerts'), blind('b', 'cacerts')).clusters)).toEqual([]);
  });
});
