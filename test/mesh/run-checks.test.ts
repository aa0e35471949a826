import { describe, expect, it } from 'vitest';
import type { ClusterCheck, Finding, MeshCheck, Severity } from '../../src/mesh/finding.ts';
import { reportOf } from '../../src/mesh/report.ts';
import { inOrder, runChecks } from '../../src/mesh/run-checks.ts';
import { clusterSubject } from '../../src/mesh/subject.ts';
import { NOW } from './authority.ts';
import { blind, changed, failed, inIntermediate, mesh } from './build.ts';

function finding(code: string, severity: Severity, cluster: string): Finding {
  return { code, severity, subject: clusterSubject(cluster), title: code, facts: [code], hint: code, commands: [] };
}

/** A check that finds something of this severity in these clusters. */
function check(id: string, severity: Severity, where: readonly string[], more: Partial<ClusterCheck> = {}): ClusterCheck {
  const evaluate: ClusterCheck['evaluate'] = ({ identity: { name } }) => (where.includes(name) ? [finding(id, severity, name)] : []);
  const base = { scope: 'cluster', id, title: `${id} is so`, inputs: ['istiod'], dependsOn: [], severity, visibleAfter: 0 } as const;
  return { ...base, codes: [id], evaluate, ...more };
}

function overAll(id: string, dependsOn: readonly string[], atLeast: number): MeshCheck {
  const evaluate: MeshCheck['evaluate'] = (clusters) => clusters.map(({ identity }) => finding(id, 'info', identity.name));
  return {
    scope: 'mesh',
    id,
    title: `${id} is so`,
    inputs: ['istiod'],
    atLeast,
    dependsOn,
    severity: 'page',
    visibleAfter: 0,
    codes: [id],
    evaluate,
  };
}

function kinds(...checks: readonly (ClusterCheck | MeshCheck)[]): readonly string[] {
  return runChecks(checks, mesh(), NOW).map(({ check: id, subject, outcome }) => `${id} ${subject} ${outcome.kind}`);
}

describe('src/mesh/run-checks.ts', () => {
  it('skips what depends on a problem of the same cluster', () => {
    expect(kinds(check('effect', 'page', ['a', 'b'], { dependsOn: ['cause'] }), check('cause', 'page', ['b']))).toEqual([
      'cause a ok',
      'cause b findings',
      'effect a findings',
      'effect b skipped',
    ]);
  });

  it('lets no ticket and no note hide what may wake somebody', () => {
    const effect = check('effect', 'page', ['b'], { dependsOn: ['cause'] });
    expect(kinds(check('cause', 'ticket', ['b']), effect)).toContain('effect b findings');
    expect(kinds(check('cause', 'info', ['b']), effect)).toContain('effect b findings');
  });

  it('hides what depends on something hidden, unless that may be worse than the cause', () => {
    const middle = check('middle', 'ticket', ['b'], { dependsOn: ['cause'] });
    const end = (severity: Severity) => check('end', severity, ['b'], { dependsOn: ['middle'] });
    expect(kinds(check('cause', 'ticket', ['b']), middle, end('ticket'))).toContain('end b skipped');
    expect(kinds(check('cause', 'ticket', ['b']), middle, end('page'))).toContain('end b findings');
  });

  it('judges the mesh without the clusters in which a dependency found a problem', () => {
    const results = runChecks([check('cause', 'page', ['b']), overAll('all', ['cause'], 1)], mesh('a', 'b', 'c'), NOW);
    expect(results.at(-1)?.outcome).toEqual({ kind: 'findings', findings: [finding('all', 'info', 'a'), finding('all', 'info', 'c')] });
  });

  it('skips the mesh where too few clusters remain', () => {
    const results = runChecks([check('cause', 'page', ['b']), overAll('all', ['cause'], 2)], mesh(), NOW);
    const reason = 'not judged while "cause is so" is not so';
    expect(results.at(-1)?.outcome).toEqual({ kind: 'skipped', reason, because: 'cause' });
  });

  it('does not take what it could not see for healthy', () => {
    const results = runChecks([check('one', 'page', [])], changed(mesh(), blind('b', 'istiod')), NOW);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      { kind: 'ok' },
      { kind: 'skipped', reason: 'could not be looked at: GET said 403' },
    ]);
  });

  it('skips one cluster where its source alone could not be read', () => {
    const snapshot = changed(
      mesh(),
      inIntermediate('b', () => ({ secret: failed() })),
    );
    const results = runChecks([check('one', 'page', [], { inputs: ['source'] })], snapshot, NOW);
    expect(results.map(({ outcome }) => outcome.kind)).toEqual(['ok', 'skipped']);
  });

  it('goes on where a check throws', () => {
    const broken = check('broken', 'page', [], {
      evaluate() {
        throw new Error('no such thing');
      },
    });
    const results = runChecks([broken, check('other', 'page', [])], mesh('a'), NOW);
    expect(results.map(({ outcome }) => outcome)).toEqual([{ kind: 'errored', cause: 'no such thing' }, { kind: 'ok' }]);
  });

  it('refuses checks that depend on each other in a circle', () => {
    const circle = [check('x', 'page', [], { dependsOn: ['y'] }), check('y', 'page', [], { dependsOn: ['x'] })];
    expect(() => inOrder(circle)).toThrow('Checks depend on each other in a circle: x -> y -> x');
  });
});

describe('src/mesh/report.ts', () => {
  it('hangs what is hidden under the finding about the same cluster, worst first', () => {
    const results = runChecks([check('effect', 'page', [], { dependsOn: ['cause'] }), check('cause', 'page', ['a', 'b'])], mesh(), NOW);
    expect(reportOf(results)).toEqual({
      verdict: 'problems',
      problems: ['a', 'b'].map((name) => ({ finding: finding('cause', 'page', name), hides: [`effect is so (${name})`] })),
      notes: [],
      passed: 0,
      unseen: [],
      errored: [],
    });
  });

  it('says that it does not know where nothing is wrong and something was not seen', () => {
    const results = runChecks([check('one', 'page', [])], changed(mesh(), blind('b', 'istiod')), NOW);
    const unseen = [{ check: 'one', title: 'one is so', subject: 'b', reason: 'could not be looked at: GET said 403' }];
    expect(reportOf(results)).toEqual({ verdict: 'unknown', problems: [], notes: [], passed: 1, unseen, errored: [] });
  });
});
