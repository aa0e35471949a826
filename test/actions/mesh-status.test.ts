import { describe, expect, it } from 'vitest';
import { meshStatus, ScopeInput } from '../../src/actions/mesh-status.ts';
import { CHECKS } from '../../src/mesh/checks/index.ts';
import { runChecks } from '../../src/mesh/run-checks.ts';
import { statusOf } from '../../src/mesh/status.ts';
import { NOW } from '../mesh/authority.ts';
import { mesh, UNREACHABLE } from '../mesh/build.ts';
import { looking, WITHOUT_SIGNER } from './ports.ts';

describe('src/actions/mesh-status.ts', () => {
  it('looks at every cluster and says how the mesh is', async () => {
    const { context, looks, phrases } = looking(mesh());

    const status = await meshStatus.run({}, context);

    expect({ looks, phrases }).toEqual({ looks: [undefined], phrases: ['Looking at every cluster'] });
    expect(status).toEqual(statusOf(mesh(), runChecks(CHECKS, mesh(), NOW)));
    expect(status.report).toEqual({ verdict: 'healthy', problems: [], notes: [], passed: status.report.passed, unseen: [], errored: [] });
    expect(status.report.passed).toBeGreaterThan(10);
  });

  it('looks at the clusters that are asked for', async () => {
    const { context, looks, phrases } = looking(mesh('a', 'b'));

    const { only } = await meshStatus.run({ only: ['a', 'b'] }, context);

    expect({ looks, phrases, only }).toEqual({ looks: [['a', 'b']], phrases: ['Looking at a, b'], only: ['a', 'b'] });
  });

  it('tells a signer that does not answer, and calls nothing healthy', async () => {
    const { authority, clusters, report } = await meshStatus.run({}, looking(WITHOUT_SIGNER).context);

    expect(authority.failure).toEqual(UNREACHABLE);
    expect(clusters.map(({ name, failure }) => [name, failure])).toEqual([
      ['a', UNREACHABLE],
      ['b', undefined],
    ]);
    expect(report.verdict).toBe('problems');
    expect(report.problems.map(({ finding }) => [finding.code, finding.subject.name])).toEqual([['cluster-unreachable', 'a']]);
  });

  it.each([
    ['no cluster at all', { only: [] }],
    ['a cluster without a name', { only: [''] }],
    ['what it does not know', { cluster: 'a' }],
  ])('refuses to look at %s', (_, input) => {
    expect(ScopeInput.safeParse(input).success).toBe(false);
  });
});
