import type { Check, CheckResult, ClusterCheck, Finding, MeshCheck, Outcome } from './finding.ts';
import type { ClusterPart, ClusterSnapshot, Observed, Snapshot } from './model.ts';

/** The subject of a result that is about the mesh as a whole. */
export const MESH = 'mesh';

/**
 * Judges a snapshot with every check, in the order of their dependencies. There is one result for each check and subject; a check that throws becomes
 * `errored` and stops nothing else.
 */
export function runChecks(checks: readonly Check[], snapshot: Snapshot, now: number): readonly CheckResult[] {
  const results: CheckResult[] = [];
  for (const check of inOrder(checks)) {
    const own = check.scope === 'cluster' ? overClusters(check, snapshot, now, results) : [overMesh(check, snapshot, now, results)];
    results.push(...own);
  }
  return results;
}

/** Checks such that each comes after those it depends on; otherwise in the order given. A name that is not in the list is ignored. */
export function inOrder(checks: readonly Check[]): readonly Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const done = new Set<Check>();
  const visit = (check: Check, path: readonly string[]): void => {
    if (done.has(check)) return;
    if (path.includes(check.id)) throw new Error(`Checks depend on each other in a circle: ${[...path, check.id].join(' -> ')}`);
    for (const id of check.dependsOn) {
      const needed = byId.get(id);
      if (needed !== undefined) visit(needed, [...path, check.id]);
    }
    done.add(check);
  };
  for (const check of checks) visit(check, []);
  return [...done];
}

function overClusters(check: ClusterCheck, snapshot: Snapshot, now: number, before: readonly CheckResult[]): readonly CheckResult[] {
  return snapshot.clusters.map((cluster) => {
    const subject = cluster.identity.name;
    const outcome =
      skippedByDependency(check, subject, before) ??
      unobserved(check, [cluster], snapshot, before) ??
      judged(() => check.evaluate(cluster, snapshot, now));
    return { check: check.id, title: check.title, subject, outcome };
  });
}

function overMesh(check: MeshCheck, snapshot: Snapshot, now: number, before: readonly CheckResult[]): CheckResult {
  const isWhole = (cluster: ClusterSnapshot): boolean =>
    check.inputs.every((input) => input === 'authority' || isSeen(check, cluster, input));
  const seen = snapshot.clusters.filter(isWhole);
  const unseen = snapshot.clusters.filter((cluster) => !isWhole(cluster));
  const gap = unobserved(check, unseen, snapshot, before);
  const blind = (check.inputs.includes('authority') && !snapshot.authority.ok) || seen.length < check.atLeast;
  const outcome =
    skippedByDependency(check, MESH, before) ?? (blind ? gap : undefined) ?? judged(() => check.evaluate(seen, snapshot, now));
  // A judgement of the clusters that could be seen is no good news about the others.
  return { check: check.id, title: check.title, subject: MESH, outcome: outcome.kind === 'ok' ? (gap ?? outcome) : outcome };
}

function judged(evaluate: () => readonly Finding[]): Outcome {
  try {
    const findings = evaluate();
    return findings.length === 0 ? { kind: 'ok' } : { kind: 'findings', findings };
  } catch (error) {
    return { kind: 'errored', cause: error instanceof Error ? error.message : String(error) };
  }
}

/** A dependency that found a problem with this subject, or was itself skipped because of one. */
function skippedByDependency(check: Check, subject: string, before: readonly CheckResult[]): Outcome | undefined {
  for (const id of check.dependsOn) {
    for (const result of before) {
      if (result.check !== id || (result.subject !== subject && result.subject !== MESH)) continue;
      const because = causeIn(result, subject);
      if (because !== undefined) return { kind: 'skipped', reason: `not judged while "${result.title}" is not so`, because };
    }
  }
  return undefined;
}

function causeIn(result: CheckResult, subject: string): string | undefined {
  const { outcome } = result;
  if (outcome.kind === 'skipped') return outcome.because;
  if (outcome.kind !== 'findings') return undefined;
  const blocking = outcome.findings.some((finding) => finding.severity !== 'info' && isAbout(finding, subject));
  return blocking ? result.check : undefined;
}

function isAbout(finding: Finding, subject: string): boolean {
  const cluster = finding.subject.cluster ?? (finding.subject.kind === 'cluster' ? finding.subject.name : undefined);
  return cluster === undefined || subject === MESH || cluster === subject;
}

/** The first input that could not be observed, and the finding that explains it where the check depends on the one that found it. */
function unobserved(
  check: Check,
  clusters: readonly ClusterSnapshot[],
  snapshot: Snapshot,
  before: readonly CheckResult[],
): Outcome | undefined {
  const missing = check.inputs.flatMap((input) => missingParts(check, input, clusters, snapshot));
  const [first] = missing;
  if (first === undefined) return undefined;
  const reason = `could not be looked at: ${first.message}`;
  const because = missing.map((part) => explanation(check, part.cluster, before)).find((cause) => cause !== undefined);
  return because === undefined ? { kind: 'skipped', reason } : { kind: 'skipped', reason, because };
}

interface MissingPart {
  readonly cluster: string;
  readonly message: string;
}

function missingParts(
  check: Check,
  input: ClusterPart | 'authority',
  clusters: readonly ClusterSnapshot[],
  snapshot: Snapshot,
): readonly MissingPart[] {
  if (input === 'authority') {
    if (snapshot.authority.ok) return [];
    const signer = snapshot.clusters.find((cluster) => cluster.identity.roles.includes('signer'));
    return [{ cluster: signer?.identity.name ?? MESH, message: snapshot.authority.failure.message }];
  }
  return clusters.flatMap((cluster) => {
    const part: Observed<unknown> = cluster[input];
    return part.ok || isSeen(check, cluster, input) ? [] : [{ cluster: cluster.identity.name, message: part.failure.message }];
  });
}

function isSeen(check: Check, cluster: ClusterSnapshot, input: ClusterPart): boolean {
  return cluster[input].ok || check.judges?.includes(input) === true;
}

function explanation(check: Check, cluster: string, before: readonly CheckResult[]): string | undefined {
  return before
    .filter((result) => check.dependsOn.includes(result.check) && result.subject === cluster)
    .map((result) => causeIn(result, cluster))
    .find((cause) => cause !== undefined);
}
