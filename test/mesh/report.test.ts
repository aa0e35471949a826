import { describe, expect, it } from 'vitest';
import type { CheckResult, Finding, Outcome, Severity, Subject } from '../../src/mesh/finding.ts';
import { reportOf } from '../../src/mesh/report.ts';
import { clusterSubject, linkSubject, MESH_SUBJECT, objectSubject } from '../../src/mesh/subject.ts';

const OK: Outcome = { kind: 'ok' };

function finding(code: string, severity: Severity, subject: Subject): Finding {
  return { code, severity, subject, title: code, facts: [code], hint: code, commands: [] };
}

function result(check: string, subject: string, outcome: Outcome): CheckResult {
  return { check, title: `${check} is so`, subject, outcome };
}

function finds(check: string, subject: string, ...findings: readonly Finding[]): CheckResult {
  return result(check, subject, { kind: 'findings', findings });
}

function skipped(check: string, subject: string, because?: string): CheckResult {
  const reason = 'GET said 403';
  return result(check, subject, because === undefined ? { kind: 'skipped', reason } : { kind: 'skipped', reason, because });
}

function unseen(check: string, subject: string, reason = 'GET said 403') {
  return { check, title: `${check} is so`, subject, reason };
}

const inA = finding('in-a', 'page', clusterSubject('a'));
const inB = finding('in-b', 'page', clusterSubject('b'));
const CLEAN = { verdict: 'healthy', problems: [], notes: [], passed: 0, unseen: [], errored: [] };

describe('src/mesh/report.ts', () => {
  it('is healthy where every check passed', () => {
    expect(reportOf([result('one', 'a', OK), result('one', 'b', OK)])).toEqual({ ...CLEAN, passed: 2 });
  });

  it('stays healthy where there is only something worth knowing', () => {
    const note = finding('note', 'info', MESH_SUBJECT);
    expect(reportOf([finds('one', 'mesh', note)])).toEqual({ ...CLEAN, notes: [note] });
  });

  it('does not know where nothing is wrong and something was not seen', () => {
    expect(reportOf([result('one', 'a', OK), skipped('one', 'b')])).toEqual({
      ...CLEAN,
      verdict: 'unknown',
      passed: 1,
      unseen: [unseen('one', 'b')],
    });
  });

  it('does not know where a check failed itself', () => {
    const errored = [unseen('one', 'a', 'no such thing')];
    expect(reportOf([result('one', 'a', { kind: 'errored', cause: 'no such thing' })])).toEqual({ ...CLEAN, verdict: 'unknown', errored });
  });

  it('hangs what is hidden under the finding about the same cluster', () => {
    const results = [finds('cause', 'a', inA), finds('cause', 'b', inB), skipped('end', 'a', 'cause'), skipped('end', 'b', 'cause')];
    expect(reportOf(results)).toEqual({
      ...CLEAN,
      verdict: 'problems',
      problems: [
        { finding: inA, hides: ['end is so (a)'] },
        { finding: inB, hides: ['end is so (b)'] },
      ],
    });
  });

  it('hangs what is hidden elsewhere under the problem of the signer', () => {
    expect(reportOf([finds('cause', 'a', inA), skipped('end', 'b', 'cause')]).problems).toEqual([
      { finding: inA, hides: ['end is so (b)'] },
    ]);
  });

  it('hides nothing behind a note: what it is said to explain was not looked at', () => {
    const note = finding('note', 'info', clusterSubject('a'));
    expect(reportOf([finds('cause', 'a', note), skipped('end', 'a', 'cause')])).toEqual({
      ...CLEAN,
      verdict: 'unknown',
      notes: [note],
      unseen: [unseen('end', 'a')],
    });
  });

  it('names the worst first, of equal ones those that hide more, then by code and subject', () => {
    const ticket = finding('a-ticket', 'ticket', MESH_SUBJECT);
    const wide = finding('z-wide', 'page', clusterSubject('b'));
    const same = ['b', 'a'].map((name) => finding('m-same', 'page', objectSubject(name, 'istio-system/cacerts')));
    const link = finding('m-same', 'page', linkSubject('a', 'b'));
    const results = [finds('one', 'mesh', ticket), finds('two', 'b', ...same, link), finds('wide', 'b', wide), skipped('end', 'b', 'wide')];
    const { problems } = reportOf(results);
    expect(problems.map(({ finding: { code, subject } }) => [code, subject])).toEqual([
      ['z-wide', wide.subject],
      ['m-same', link.subject],
      ['m-same', objectSubject('a', 'istio-system/cacerts')],
      ['m-same', objectSubject('b', 'istio-system/cacerts')],
      ['a-ticket', MESH_SUBJECT],
    ]);
  });

  it('is the same in any order of the results', () => {
    const results = [
      finds('cause', 'a', inA),
      finds('cause', 'b', inB),
      finds('note', 'mesh', finding('note', 'info', MESH_SUBJECT)),
      skipped('end', 'b', 'cause'),
      skipped('other', 'a'),
      result('broken', 'a', { kind: 'errored', cause: 'no such thing' }),
    ];
    const report = reportOf(results);
    for (let turn = 0; turn < results.length; turn += 1) {
      const turned = [...results.slice(turn), ...results.slice(0, turn)];
      expect([reportOf(turned), reportOf(turned.toReversed())]).toEqual([report, report]);
    }
  });
});
