import type { CheckResult, Finding, Severity } from './finding.ts';

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
  /** Worst first; of equal ones those that hide more first. */
  readonly problems: readonly Problem[];
  /** Findings worth knowing that are no problem. */
  readonly notes: readonly Finding[];
  readonly passed: number;
  /** What could not be looked at and no problem explains. */
  readonly unseen: readonly Unseen[];
  /** Checks that failed themselves: defects of ours. */
  readonly errored: readonly Unseen[];
}

const ORDER: Readonly<Record<Severity, number>> = { page: 0, ticket: 1, info: 2 };

/** What a run of all checks says, with each root cause once. */
export function reportOf(results: readonly CheckResult[]): Report {
  const found = results.flatMap((result) =>
    result.outcome.kind === 'findings' ? result.outcome.findings.map((finding) => ({ result, finding })) : [],
  );
  const problems = found
    .filter(({ finding }) => finding.severity !== 'info')
    .map(({ result, finding }) => ({ finding, hides: hiddenBy(result, finding, results) }))
    .toSorted((a, b) => ORDER[a.finding.severity] - ORDER[b.finding.severity] || b.hides.length - a.hides.length);
  const notes = found.filter(({ finding }) => finding.severity === 'info').map(({ finding }) => finding);
  const unseen = results.flatMap((result) => unexplained(result, results));
  const errored = results.flatMap(({ check, title, subject, outcome }) =>
    outcome.kind === 'errored' ? [{ check, title, subject, reason: outcome.cause }] : [],
  );
  const passed = results.filter(({ outcome }) => outcome.kind === 'ok').length;
  return { verdict: verdictOf(problems.length, unseen.length + errored.length), problems, notes, passed, unseen, errored };
}

function verdictOf(problems: number, blind: number): Verdict {
  if (problems > 0) return 'problems';
  return blind > 0 ? 'unknown' : 'healthy';
}

/** Skipped checks that name this result as their cause; of several findings of one check the first about the same cluster carries them. */
function hiddenBy(cause: CheckResult, finding: Finding, results: readonly CheckResult[]): readonly string[] {
  if (cause.outcome.kind !== 'findings' || cause.outcome.findings.find((other) => other.severity !== 'info') !== finding) return [];
  return results
    .filter(({ outcome, subject }) => outcome.kind === 'skipped' && outcome.because === cause.check && carries(cause, subject, results))
    .map(({ title, subject }) => `${title} (${subject})`);
}

/** A mesh-wide skipped check hangs under the first result of its cause that has findings; a cluster's under its own cluster's, else the mesh's. */
function carries(cause: CheckResult, subject: string, results: readonly CheckResult[]): boolean {
  const own = results.filter(({ check, outcome }) => check === cause.check && outcome.kind === 'findings');
  const exact = own.find((result) => result.subject === subject);
  return (exact ?? own[0]) === cause;
}

function unexplained({ check, title, subject, outcome }: CheckResult, results: readonly CheckResult[]): readonly Unseen[] {
  if (outcome.kind !== 'skipped') return [];
  const explained = results.some((other) => other.check === outcome.because && other.outcome.kind === 'findings');
  return explained ? [] : [{ check, title, subject, reason: outcome.reason }];
}
