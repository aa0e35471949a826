import { describe, expect, it } from 'vitest';
import type { Check, CheckInput, Finding, Outcome } from '../../src/mesh/finding.ts';
import type { Snapshot } from '../../src/mesh/model.ts';
import { runChecks } from '../../src/mesh/run-checks.ts';
import { NOW } from './authority.ts';
import { blind, blindAuthority, type Change, changed, failed, inIntermediate, mesh } from './build.ts';
import { watched } from './watch.ts';

export interface Row {
  /** Condition and outcome, as a sentence. */
  readonly name: string;
  /** The mesh before the changes; clusters `a` (signer) and `b` by default. */
  readonly mesh?: Snapshot;
  readonly changes?: readonly Change[];
  readonly now?: number;
  /** Code, severity and subject of each finding, in order. Empty: silent. */
  readonly finds: readonly (readonly [code: string, severity: Finding['severity'], subject: string])[];
}

/** Every row found what the grid says, all findings by equality; then that the check cannot know where an input is missing. */
export function grid(check: Check, rows: readonly Row[]): void {
  describe(`src/mesh/checks/${check.id}.ts`, () => {
    it('is silent about a healthy mesh', () => {
      expect(outcomes(check, mesh())).toEqual(
        mesh()
          .clusters.slice(check.scope === 'mesh' ? 1 : 0)
          .map(() => ({ kind: 'ok' })),
      );
    });

    it.each(rows.map((row) => [row.name, row] as const))('%s', (_name, row) => {
      const snapshot = changed(row.mesh ?? mesh(), ...(row.changes ?? []));
      const found = outcomes(check, snapshot, row.now).flatMap((outcome) => (outcome.kind === 'findings' ? outcome.findings : []));
      expect(found.map(({ code, severity, subject }) => [code, severity, shown(subject)])).toEqual(row.finds);
      expect(found.filter((finding) => faultsOf(finding, check).length > 0).map((finding) => faultsOf(finding, check))).toEqual([]);
    });

    it.each(check.inputs.filter((input) => !judges(check, input)))('cannot know where %s could not be looked at', (input) => {
      const hidden = changed(mesh(), ...hide(input));
      const skipped = { kind: 'skipped', reason: 'could not be looked at: GET said 403' };
      const results = outcomes(check, hidden);
      expect(results).toEqual(results.map(() => skipped));
    });
  });
}

function judges({ judges: parts = [] }: Check, input: CheckInput): boolean {
  const all: readonly CheckInput[] = parts;
  return all.includes(input);
}

function hide(input: CheckInput): readonly Change[] {
  if (input === 'authority') return [blindAuthority];
  if (input === 'source') return ['a', 'b'].map((name) => inIntermediate(name, () => ({ secret: failed() })));
  return ['a', 'b'].map((name) => blind(name, input));
}

/** What one check says, without any other; reading what it does not declare fails the test. */
export function outcomes(check: Check, snapshot: Snapshot, now = NOW): readonly Outcome[] {
  return runChecks([watched(check)], snapshot, now).map(({ outcome }) => {
    if (outcome.kind === 'errored') throw new Error(`${check.id} threw: ${outcome.cause}`);
    return outcome;
  });
}

export function shown({ kind, name, cluster }: Finding['subject']): string {
  return [kind, ...(cluster === undefined ? [] : [cluster]), name].join(' ');
}

const RANK = { page: 0, ticket: 1, info: 2 } as const;

/** What every finding must be, whatever it says. */
export function faultsOf(finding: Finding, check: Check): readonly string[] {
  const texts = [finding.title, finding.hint, ...finding.facts, ...finding.commands];
  const rules: readonly (readonly [boolean, string])[] = [
    [check.codes.includes(finding.code), 'an undeclared code'],
    [RANK[finding.severity] >= RANK[check.severity], 'worse than the check says it can be'],
    [texts.every((text) => text.trim() !== ''), 'an empty text'],
    [texts.every((text) => !/undefined|\[object|NaN|Invalid Date/.test(text)), 'a hole in a text'],
    [[finding.title, finding.hint, ...finding.facts].every((text) => !text.includes('!')), 'an exclamation mark'],
    [texts.every((text) => !/PRIVATE KEY|BEGIN /.test(text)), 'key material'],
    [!/[.]$/.test(finding.title), 'a title with its end'],
    [finding.title.length <= 140, `a title of ${finding.title.length} characters`],
    [finding.facts.length > 0 && finding.facts.length <= 6, 'too few or too many facts'],
    [finding.commands.length > 0 && finding.commands.every((command) => command.startsWith('kubectl ')), 'no command to confirm it'],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `${finding.code}: ${fault}`);
}
