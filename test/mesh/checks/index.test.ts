import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/mesh/checks/index.ts';
import type { CheckInput } from '../../../src/mesh/finding.ts';
import { reportOf } from '../../../src/mesh/report.ts';
import { runChecks } from '../../../src/mesh/run-checks.ts';
import { cacertsFacts, certificateOf, createKey, NEXT_ROOT, NOW, ROOT, signingOf } from '../authority.ts';
import { blind, blindAuthority, type Change, changed, inCluster, kubeconfigAlone, mesh, part, seen, trust, unreachable } from '../build.ts';
import { watched } from '../watch.ts';

const CODES = CHECKS.flatMap(({ codes }) => codes);
const text = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('src/mesh/checks/index.ts', () => {
  it('lists every file of its folder, sorted', () => {
    const files = readdirSync(new URL('../../../src/mesh/checks', import.meta.url)).filter((name) => name !== 'index.ts');
    expect(CHECKS.map(({ id }) => `${id}.ts`)).toEqual(files.toSorted());
  });

  it('has no code twice', () => {
    expect(CODES.toSorted()).toEqual([...new Set(CODES)].toSorted());
  });

  it('has a heading in docs/checks.md for every code, and no other', () => {
    const headings = [...text('docs/checks.md').matchAll(/^### (?<code>.+)$/gm)].map((match) => match.groups?.['code'] ?? '');
    expect(headings.toSorted()).toEqual(CODES.toSorted());
  });

  it('depends on checks that exist', () => {
    const ids = new Set(CHECKS.map(({ id }) => id));
    expect(CHECKS.flatMap(({ dependsOn }) => dependsOn).filter((id) => !ids.has(id))).toEqual([]);
  });

  it.each(CHECKS.map((check) => [check.id, check] as const))('%s reads every input that it declares', (_id, check) => {
    const reads = new Set<CheckInput>();
    const own = watched(check, (input) => reads.add(input));
    expect(runChecks([own], mesh(), NOW).filter(({ outcome }) => outcome.kind !== 'ok')).toEqual([]);
    expect(check.inputs.filter((input) => !reads.has(input))).toEqual([]);
  });
});

const BROKEN = part('b', 'cacerts', () => cacertsFacts(signingOf('b'), { 'ca-key.pem': createKey() }));

describe('all checks at once', () => {
  const look = (...changes: readonly Change[]) => reportOf(runChecks(CHECKS, changed(mesh(), ...changes), NOW));

  it('find nothing in a healthy mesh', () => {
    const passed = CHECKS.map(({ scope }): number => (scope === 'mesh' ? 1 : 2)).reduce((sum, count) => sum + count, 0);
    expect(look()).toEqual({ verdict: 'healthy', problems: [], notes: [], passed, unseen: [], errored: [] });
  });

  it('take the overlap of a rotation for healthy', () => {
    const both = ROOT.certificatePem + NEXT_ROOT.certificatePem;
    const overlap = inCluster('b', () => ({
      cacerts: seen(cacertsFacts(signingOf('b'), { 'root-cert.pem': both })),
      trust: seen(trust([certificateOf(ROOT), certificateOf(NEXT_ROOT)])),
    }));
    const { verdict, notes } = look(overlap);
    expect({ verdict, notes: notes.map(({ code }) => code) }).toEqual({ verdict: 'healthy', notes: ['trust-roots-overlap'] });
  });

  it('show a cluster that does not answer once', () => {
    const { problems, unseen } = look(unreachable('b'));
    expect({ codes: problems.map(({ finding }) => finding.code), unseen }).toEqual({ codes: ['cluster-unreachable'], unseen: [] });
  });

  it('show a foreign key once', () => {
    expect(look(BROKEN).problems.map(({ finding }) => finding.code)).toEqual(['cacerts-key-mismatch']);
  });

  it('find no problem of their own in a configuration made from a kubeconfig', () => {
    const { verdict, problems, errored } = look(kubeconfigAlone);
    expect({ verdict, problems, errored }).toEqual({ verdict: 'unknown', problems: [], errored: [] });
  });

  it.each([
    ['healthy', []],
    ['unreachable', [unreachable('a')]],
    ['broken', [BROKEN, blindAuthority]],
    ['blind', [blind('a', 'cacerts', 'trust'), part('b', 'istiod', () => [])]],
  ] satisfies readonly (readonly [string, readonly Change[]])[])('say the same in any order: %s', (_name, changes) => {
    const snapshot = changed(mesh(), ...changes);
    const report = reportOf(runChecks(CHECKS, snapshot, NOW));
    for (let turn = 1; turn < CHECKS.length; turn += 1) {
      const turned = [...CHECKS.slice(turn), ...CHECKS.slice(0, turn)];
      expect(reportOf(runChecks(turned, snapshot, NOW))).toEqual(report);
      expect(reportOf(runChecks(turned.toReversed(), snapshot, NOW).toReversed())).toEqual(report);
    }
  });
});
