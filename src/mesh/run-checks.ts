import type { Check, CheckInput, CheckResult, ClusterCheck, Finding, MeshCheck, Outcome, Severity } from './finding.ts';
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
    const look: Look = { snapshot, now, causes: causesFor(check, results) };
    const own = check.scope === 'cluster' ? overClusters(check, look) : [overMesh(check, look)];
    results.push(...own);
  }
  return results;
}

interface Look {
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly causes: readonly Cause[];
}

/** A result of a dependency that makes a check pointless where `blocks` says so. */
interface Cause {
  readonly result: CheckResult;
  /** The check that found the problem; undefined: there is none about this subject. */
  blocks(subject: string): string | undefined;
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

/** True where a finding is about this cluster, or about the mesh as a whole. */
export function isAbout({ subject }: Finding, name: string): boolean {
  const cluster = subject.cluster ?? (subject.kind === 'cluster' ? subject.name : undefined);
  return cluster === undefined || name === MESH || cluster === name;
}

/** In the order of the dependencies: which cause is named does not depend on the order of all checks. */
function causesFor({ dependsOn, severity }: Check, results: readonly CheckResult[]): readonly Cause[] {
  const found = (id: string, subject: string): boolean =>
    results.some(
      ({ check, outcome }) =>
        check === id && outcome.kind === 'findings' && outcome.findings.some((one) => hides(one, severity) && isAbout(one, subject)),
    );
  return dependsOn.flatMap((id) =>
    results
      .filter(({ check }) => check === id)
      .map((result) => ({
        result,
        blocks(subject) {
          const { outcome } = result;
          if (outcome.kind === 'findings')
            return outcome.findings.some((one) => hides(one, severity) && isAbout(one, subject)) ? id : undefined;
          const because = outcome.kind === 'skipped' ? outcome.because : undefined;
          return because !== undefined && found(because, subject) ? because : undefined;
        },
      })),
  );
}

const RANK: Readonly<Record<Severity, number>> = { page: 0, ticket: 1, info: 2 };

/** A note hides nothing, and nothing hides what may be worse. */
function hides(finding: Finding, severity: Severity): boolean {
  return finding.severity !== 'info' && RANK[finding.severity] <= RANK[severity];
}

function overClusters(check: ClusterCheck, { snapshot, now, causes }: Look): readonly CheckResult[] {
  return snapshot.clusters.map((cluster) => {
    const subject = cluster.identity.name;
    const outcome =
      skippedByDependency(subject, causes) ??
      unobserved(check, [cluster], snapshot, causes) ??
      judged(() => check.evaluate(cluster, snapshot, now));
    return { check: check.id, title: check.title, subject, outcome };
  });
}

function overMesh(check: MeshCheck, { snapshot, now, causes }: Look): CheckResult {
  const isWhole = (cluster: ClusterSnapshot): boolean => check.inputs.every((input) => isSeen(check, cluster, input, snapshot));
  const seen = snapshot.clusters.filter(isWhole);
  const unseen = snapshot.clusters.filter((cluster) => !isWhole(cluster));
  const fit = seen.filter((cluster) => condemned(check, cluster, causes) === undefined);
  const gap = unobserved(check, unseen, snapshot, causes) ?? firstCondemned(check, seen, causes);
  const blind = (check.inputs.includes('authority') && !snapshot.authority.ok) || fit.length < check.atLeast;
  const outcome = skippedByDependency(MESH, causes) ?? (blind ? gap : undefined) ?? judged(() => check.evaluate(fit, snapshot, now));
  // A judgement of the clusters that could be seen is no good news about the others.
  return { check: check.id, title: check.title, subject: MESH, outcome: outcome.kind === 'ok' ? (gap ?? outcome) : outcome };
}

/** A problem that a dependency found in this cluster; a check that reads nothing of the clusters does not mind. */
function condemned(check: MeshCheck, { identity }: ClusterSnapshot, causes: readonly Cause[]): Outcome | undefined {
  const readsClusters = check.inputs.some((input) => input !== 'authority');
  return readsClusters ? skippedByDependency(identity.name, causes) : undefined;
}

function firstCondemned(check: MeshCheck, clusters: readonly ClusterSnapshot[], causes: readonly Cause[]): Outcome | undefined {
  return clusters.map((cluster) => condemned(check, cluster, causes)).find((outcome) => outcome !== undefined);
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
function skippedByDependency(subject: string, causes: readonly Cause[]): Outcome | undefined {
  for (const cause of causes) {
    const { result } = cause;
    if (result.subject !== subject && result.subject !== MESH) continue;
    const because = cause.blocks(subject);
    if (because !== undefined) return { kind: 'skipped', reason: `not judged while "${result.title}" is not so`, because };
  }
  return undefined;
}

/** The first input that could not be observed, and the finding that explains it where the check depends on the one that found it. */
function unobserved(check: Check, clusters: readonly ClusterSnapshot[], snapshot: Snapshot, causes: readonly Cause[]): Outcome | undefined {
  const missing = check.inputs.flatMap((input) => missingParts(check, input, clusters, snapshot));
  const [first] = missing;
  if (first === undefined) return undefined;
  const reason = `could not be looked at: ${first.message}`;
  const because = missing.map((part) => explanation(part.cluster, causes)).find((cause) => cause !== undefined);
  return because === undefined ? { kind: 'skipped', reason } : { kind: 'skipped', reason, because };
}

interface MissingPart {
  readonly cluster: string;
  readonly message: string;
}

function missingParts(check: Check, input: CheckInput, clusters: readonly ClusterSnapshot[], snapshot: Snapshot): readonly MissingPart[] {
  if (input === 'authority' || (input === 'source' && !snapshot.authority.ok)) return missingAuthority(snapshot);
  return clusters.flatMap((cluster) => {
    if (isSeen(check, cluster, input, snapshot)) return [];
    if (input === 'source') return [{ cluster: signerOf(snapshot), message: missingSource(cluster, snapshot) }];
    const part: Observed<unknown> = cluster[input];
    return part.ok ? [] : [{ cluster: cluster.identity.name, message: part.failure.message }];
  });
}

function missingAuthority(snapshot: Snapshot): readonly MissingPart[] {
  const { authority } = snapshot;
  return authority.ok ? [] : [{ cluster: signerOf(snapshot), message: authority.failure.message }];
}

function signerOf({ clusters }: Pick<Snapshot, 'clusters'>): string {
  return clusters.find(({ identity }) => identity.roles.includes('signer'))?.identity.name ?? MESH;
}

function missingSource({ identity }: ClusterSnapshot, snapshot: Snapshot): string {
  const secret = secretOf(identity.name, snapshot);
  if (secret?.ok === false) return secret.failure.message;
  return `nothing is known of an intermediate of ${identity.name}`;
}

function secretOf(cluster: string, { authority }: Snapshot): Observed<unknown> | undefined {
  return authority.ok ? authority.value.intermediates.find((intermediate) => intermediate.cluster === cluster)?.secret : undefined;
}

/** The authority is none of a cluster's parts: whether it was seen is asked apart. */
function isSeen(check: Check, cluster: ClusterSnapshot, input: CheckInput, snapshot: Snapshot): boolean {
  if (input === 'authority') return true;
  if (input === 'source') return secretOf(cluster.identity.name, snapshot)?.ok === true;
  const judges: readonly ClusterPart[] = check.judges ?? [];
  return cluster[input].ok || judges.includes(input);
}

function explanation(cluster: string, causes: readonly Cause[]): string | undefined {
  return causes
    .filter(({ result }) => result.subject === cluster)
    .map((cause) => cause.blocks(cluster))
    .find((cause) => cause !== undefined);
}
