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

/** The part of the page about checks. What is not changed, and why, has codes of its own: test/docs/codes.test.ts holds them to their headings. */
function judged(): string {
  const [part = ''] = text('docs/checks.md').split('\n## Changes are carried out one at a time\n');
  return part;
}

describe('src/mesh/checks/index.ts', () => {
  it('lists every file of its folder, sorted', () => {
    const files = readdirSync(new URL('../../../src/mesh/checks', import.meta.url)).filter((name) => name !== 'index.ts');
    expect(CHECKS.map(({ id }) => `${id}.ts`)).toEqual(files.toSorted());
  });

  it('has no code twice', () => {
    expect(CODES.toSorted()).toEqual([...new Set(CODES)].toSorted());
  });

  it('has a heading in docs/checks.md for every code, and no other but those of changes', () => {
    const headings = [...judged().matchAll(/^### (?<code>.+)$/gm)].map((match) => match.groups?.['code'] ?? '');
    expect(headings.toSorted()).toEqual(CODES.toSorted());
  });

  it('has no id twice, each the name of its object in the words of its file', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].filter((id) => /^[a-z]+(?:-[a-z]+)*$/.test(id)));
    expect(CODES.filter((code) => !/^[a-z]+(?:-[a-z]+)*$/.test(code))).toEqual([]);
  });

  it('says of each check what is true when it passes', () => {
    const negative = /\b(?:no|not|never|none|cannot|without)\b|!|[.]$|^\s*$/i;
    expect(CHECKS.map(({ title }) => title).filter((title) => negative.test(title))).toEqual([]);
  });

  it('has the codes of a check in docs/checks.md under its title, in the order of the list', () => {
    const sections = judged().split(/^## /m).slice(1);
    const documented = sections.map((section) => ({
      title: section.slice(0, section.indexOf('\n')),
      codes: [...section.matchAll(/^### (?<code>.+)$/gm)].map((match) => match.groups?.['code'] ?? '').toSorted(),
    }));
    expect(documented).toEqual(CHECKS.map(({ title, codes }) => ({ title, codes: codes.toSorted() })));
  });

  it('says of every code what it means, its causes, how to confirm and how to mend it', () => {
    const parts = /^\S+\n\n\S[^\n]+\n\n- \*\*Likely causes:\*\* \S.+\n- \*\*Confirm:\*\* \S.+\n- \*\*Mend:\*\* \S.+\n/;
    const entries = text('docs/checks.md').split(/^### /m).slice(1);
    expect(entries.filter((entry) => !parts.test(entry) || entry.includes('!'))).toEqual([]);
  });

  it('has a case in the grid of its check for every code', () => {
    const silent = CHECKS.flatMap(({ id, codes }) => {
      const cases = text(`test/mesh/checks/${id}.test.ts`);
      return codes.filter((code) => !cases.includes(`['${code}', `));
    });
    expect(silent).toEqual([]);
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
