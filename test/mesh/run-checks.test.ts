import { describe, expect, it } from 'vitest';
import type { ClusterCheck, Finding, MeshCheck, Severity } from '../../src/mesh/finding.ts';
import { inOrder, runChecks } from '../../src/mesh/run-checks.ts';
import { clusterSubject, linkSubject, MESH_SUBJECT } from '../../src/mesh/subject.ts';
import { NOW } from './authority.ts';
import { blind, blindAuthority, changed, failed, inIntermediate, mesh } from './build.ts';

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

  it('judges a cluster although the mesh is not judged because of another one', () => {
    const cause = check('cause', 'page', ['b']);
    const both = overAll('both', ['cause'], 2);
    expect(kinds(cause, both, check('end', 'page', [], { dependsOn: ['both'] }))).toEqual([
      'cause a ok',
      'cause b findings',
      'both mesh skipped',
      'end a ok',
      'end b skipped',
    ]);
  });

  it('names the problem itself where one check hides another that hides a third', () => {
    const middle = check('middle', 'page', [], { dependsOn: ['cause'] });
    const end = check('end', 'page', [], { dependsOn: ['middle'] });
    const results = runChecks([end, middle, check('cause', 'page', ['b'])], mesh(), NOW);
    const skipped = { kind: 'skipped', reason: 'not judged while "middle is so" is not so', because: 'cause' };
    expect(results.at(-1)).toEqual({ check: 'end', title: 'end is so', subject: 'b', outcome: skipped });
  });

  it('lets what is wrong with the mesh as a whole hide what depends on it in every cluster', () => {
    const whole = { ...overAll('whole', [], 1), evaluate: () => [{ ...finding('whole', 'page', 'a'), subject: MESH_SUBJECT }] };
    const kept = kinds(whole, check('end', 'page', [], { dependsOn: ['whole'] }));
    expect(kept).toEqual(['whole mesh findings', 'end a skipped', 'end b skipped']);
  });

  it('lets a link hide what depends on it in the cluster it starts from, not where it leads to', () => {
    const link = check('link', 'page', [], {
      evaluate: ({ identity: { name } }) => (name === 'b' ? [{ ...finding('link', 'page', 'b'), subject: linkSubject('b', 'a') }] : []),
    });
    expect(kinds(link, check('end', 'page', [], { dependsOn: ['link'] }))).toEqual([
      'link a ok',
      'link b findings',
      'end a ok',
      'end b skipped',
    ]);
  });

  it('explains by the problem of the signer what could not be seen of the authority', () => {
    const snapshot = changed(mesh(), blindAuthority);
    const end = check('end', 'page', [], { inputs: ['authority'], dependsOn: ['cause'] });
    const results = runChecks([check('cause', 'page', ['a']), end], snapshot, NOW);
    expect(results.slice(2).map(({ outcome }) => outcome)).toEqual([
      { kind: 'skipped', reason: 'not judged while "cause is so" is not so', because: 'cause' },
      { kind: 'skipped', reason: 'could not be looked at: GET said 403', because: 'cause' },
    ]);
  });

  it('calls a check for a part whose failed observation it judges', () => {
    const judging = check('one', 'page', ['b'], { judges: ['istiod'] });
    const results = runChecks([judging], changed(mesh(), blind('b', 'istiod')), NOW);
    expect(results.map(({ outcome }) => outcome)).toEqual([{ kind: 'ok' }, { kind: 'findings', findings: [finding('one', 'page', 'b')] }]);
  });

  it('reports good news about some clusters as a gap about the others', () => {
    const quiet = { ...overAll('all', [], 1), evaluate: () => [] };
    const results = runChecks([quiet], changed(mesh(), blind('b', 'istiod')), NOW);
    expect(results.map(({ outcome }) => outcome)).toEqual([{ kind: 'skipped', reason: 'could not be looked at: GET said 403' }]);
  });

  it('judges a mesh of fewer clusters than it needs with what there is', () => {
    const results = runChecks([overAll('all', [], 2)], mesh('a'), NOW);
    expect(results.map(({ outcome }) => outcome)).toEqual([{ kind: 'findings', findings: [finding('all', 'info', 'a')] }]);
  });

  it('says why nothing is known of a source', () => {
    const own = check('one', 'page', [], { inputs: ['source'] });
    const snapshot = mesh();
    const stray = { ...snapshot, authority: { ...mesh('a').authority } };
    expect(runChecks([own], stray, NOW).map(({ outcome }) => outcome)).toEqual([
      { kind: 'ok' },
      { kind: 'skipped', reason: 'could not be looked at: nothing is known of an intermediate of b' },
    ]);
  });

  it('ignores a dependency that is not among the checks, and keeps the order of the others', () => {
    const order = inOrder([check('z', 'page', [], { dependsOn: ['y', 'none'] }), check('x', 'page', []), check('y', 'page', [])]);
    expect(order.map(({ id }) => id)).toEqual(['y', 'z', 'x']);
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
