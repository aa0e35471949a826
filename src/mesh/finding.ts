/** Findings and checks: the shape of everything the product says about a mesh. */
import type { ClusterPart, ClusterSnapshot, Snapshot } from './model.ts';

/** `page`: wake somebody now. `ticket`: tomorrow. `info`: worth knowing. */
export type Severity = 'page' | 'ticket' | 'info';

/** What a finding is about. `name` is a cluster's name, `a→b` for a link, or `namespace/name` inside `cluster`. */
export interface Subject {
  readonly kind: 'mesh' | 'cluster' | 'link' | 'object';
  readonly name: string;
  readonly cluster?: string;
}

export interface Finding {
  /** Stable and kebab-case; it has a heading of the same text in `docs/checks.md`. A retired code is never used again. */
  readonly code: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence without its end: what is so. Read on a phone at night. */
  readonly title: string;
  /** What was seen that says so: one short line each, the most telling first. Never a secret. */
  readonly facts: readonly string[];
  /** What to do next, one sentence. */
  readonly hint: string;
  /** Commands that confirm it by hand. */
  readonly commands: readonly string[];
  /** The instant of the end that it is about, in UTC milliseconds; absent where it is about none. */
  readonly until?: number;
}

interface CheckBase {
  readonly id: string;
  /** A positive statement: what is true when the check passes. */
  readonly title: string;
  /**
   * Checks whose findings about the same cluster (or about the mesh as a whole) make this one pointless: it is then skipped and the cause is shown
   * once. A finding never hides what may be worse than itself.
   */
  readonly dependsOn: readonly string[];
  /** The worst that it can find. */
  readonly severity: Severity;
  /** Parts whose failed observation is itself what it judges: it is called even when they could not be observed. */
  readonly judges?: readonly ClusterPart[];
  /** How long a problem may last before anybody is told, in milliseconds. */
  readonly visibleAfter: number;
  readonly codes: readonly string[];
}

/**
 * What a check reads: parts of the clusters it judges; `authority` for what the signer shows; `source` for that and the Secret of the
 * intermediate of each cluster it judges, which has a failure of its own.
 */
export type CheckInput = ClusterPart | 'authority' | 'source';

/** Judges one cluster at a time. */
export interface ClusterCheck extends CheckBase {
  readonly scope: 'cluster';
  readonly inputs: readonly CheckInput[];
  /** Only called when every input could be observed. */
  evaluate(cluster: ClusterSnapshot, snapshot: Snapshot, now: number): readonly Finding[];
}

/**
 * Judges the mesh as a whole, over the clusters whose inputs could be observed and in which no check it depends on found a problem; `ok` about
 * some is reported as skipped for the others.
 */
export interface MeshCheck extends CheckBase {
  readonly scope: 'mesh';
  readonly inputs: readonly CheckInput[];
  /** Fewer clusters than this cannot be judged: skipped where others could not be observed. In a mesh that has fewer at all it is called with what there is. */
  readonly atLeast: number;
  evaluate(clusters: readonly ClusterSnapshot[], snapshot: Snapshot, now: number): readonly Finding[];
}

export type Check = ClusterCheck | MeshCheck;

export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] }
  /** Could not or need not be looked at. `because` names the check whose failure explains it, where there is one. */
  | { readonly kind: 'skipped'; readonly reason: string; readonly because?: string }
  | { readonly kind: 'errored'; readonly cause: string };

export interface CheckResult {
  readonly check: string;
  readonly title: string;
  /** The cluster, or `mesh`. */
  readonly subject: string;
  readonly outcome: Outcome;
}
