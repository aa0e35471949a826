import type { CheckResult, Finding, Severity, Subject } from './finding.ts';
import { isAbout } from './run-checks.ts';

/** A finding that is a root cause, with what could not be judged because of it. */
export interface Problem {
  readonly finding: Finding;
  /** When it was first seen, where somebody kept count. UTC milliseconds. */
  readonly since?: number;
  /** The checks it hides, as `title (cluster)`. */
  readonly hides: readonly string[];
}

export interface Unseen {
  readonly check: string;
  readonly title: string;
  readonly subject: string;
  readonly reason: string;
}

/** `unknown`: no problem was found, but not everything could be looked at. */
export type Verdict = 'healthy' | 'problems' | 'unknown';

export interface Report {
  readonly verdict: Verdict;
  /** Worst first; of equal ones those that hide more first, then by code and subject. */
  readonly problems: readonly Problem[];
  /** Findings worth knowing that are no problem, by code and subject. */
  readonly notes: readonly Finding[];
  readonly passed: number;
  /** What could not be looked at and no problem explains, by check and subject. */
  readonly unseen: readonly Unseen[];
  /** Checks that failed themselves: defects of ours. */
  readonly errored: readonly Unseen[];
}

const ORDER: Readonly<Record<Severity, number>> = { page: 0, ticket: 1, info: 2 };

/** What a run of all checks says, with each root cause once. It does not depend on the order of the results. */
export function reportOf(results: readonly CheckResult[]): Report {
  const ordered = results.toSorted((a, b) => compare(a.check, b.check) || compare(a.subject, b.subject));
  const found = ordered.flatMap(({ outcome }) => (outcome.kind === 'findings' ? outcome.findings : [])).toSorted(byName);
  const { hides, unseen } = explained(ordered);
  const problems = found
    .filter(({ severity }) => severity !== 'info')
    .map((finding) => ({ finding, hides: hides.get(finding) ?? [] }))
    .toSorted((a, b) => ORDER[a.finding.severity] - ORDER[b.finding.severity] || b.hides.length - a.hides.length);
  const notes = found.filter(({ severity }) => severity === 'info');
  const errored = ordered.flatMap(({ check, title, subject, outcome }) =>
    outcome.kind === 'errored' ? [{ check, title, subject, reason: outcome.cause }] : [],
  );
  const passed = ordered.filter(({ outcome }) => outcome.kind === 'ok').length;
  return { verdict: verdictOf(problems.length, unseen.length + errored.length), problems, notes, passed, unseen, errored };
}

function verdictOf(problems: number, blind: number): Verdict {
  if (problems > 0) return 'problems';
  return blind > 0 ? 'unknown' : 'healthy';
}

interface Explained {
  readonly hides: ReadonlyMap<Finding, readonly string[]>;
  readonly unseen: readonly Unseen[];
}

/** Hangs each skipped check under the one finding that explains it; what none explains was not looked at. */
function explained(results: readonly CheckResult[]): Explained {
  const hides = new Map<Finding, string[]>();
  const unseen: Unseen[] = [];
  for (const { check, title, subject, outcome } of results) {
    if (outcome.kind !== 'skipped') continue;
    const cause = outcome.because === undefined ? undefined : causeOf(outcome.because, subject, results);
    if (cause === undefined) unseen.push({ check, title, subject, reason: outcome.reason });
    else hides.set(cause, [...(hides.get(cause) ?? []), `${title} (${subject})`]);
  }
  return { hides, unseen };
}

/** Of the problems that a check found, one about the subject itself, else one about the mesh, else the first: the signer's hides what is elsewhere. */
function causeOf(check: string, subject: string, results: readonly CheckResult[]): Finding | undefined {
  const problems = results
    .flatMap((result) => (result.check === check && result.outcome.kind === 'findings' ? result.outcome.findings : []))
    .filter(({ severity }) => severity !== 'info')
    .toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity] || byName(a, b));
  return problems.find((finding) => isAbout(finding, subject)) ?? problems[0];
}

function byName(a: Finding, b: Finding): number {
  return compare(a.code, b.code) || compare(placeOf(a.subject), placeOf(b.subject));
}

function placeOf({ kind, name, cluster }: Subject): string {
  return [cluster ?? name, kind, name].join(' ');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
