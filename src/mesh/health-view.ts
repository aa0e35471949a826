/** Health over time as a status shows it: plain data that whoever follows health fills in. */
import type { Severity } from './finding.ts';
import type { Cause, HealthSubject, LinkPath, RuleId } from './health.ts';

/** How one subject stands under one rule. */
export interface HealthEntry {
  readonly rule: RuleId;
  readonly subject: HealthSubject;
  readonly state: 'ok' | 'pending' | 'firing' | 'resolving' | 'flapping' | 'unknown';
  /** Since when, in UTC milliseconds. */
  readonly since: number;
  readonly latencyMs?: number;
  readonly path?: LinkPath;
  readonly cause?: Cause;
}

/** Something that people were told of, and that is not over. */
export interface OpenIncident {
  readonly id: string;
  readonly rule: RuleId;
  readonly subject: HealthSubject;
  readonly severity: Severity;
  /** When the trouble began, in UTC milliseconds. */
  readonly since: number;
  readonly title: string;
  /** `unknown`: nothing is known of its subject. */
  readonly state: 'firing' | 'resolving' | 'flapping' | 'unknown';
  readonly evidence: string;
  readonly cause?: Cause;
  readonly hides: readonly string[];
  readonly isAcked: boolean;
  readonly isMuted: boolean;
}

export interface HealthView {
  readonly entries: readonly HealthEntry[];
  readonly incidents: readonly OpenIncident[];
  /** Vantages from which something is measured now. */
  readonly vantages: readonly string[];
}

/** The entry of a subject under a rule. */
export function entryOf(view: HealthView, rule: RuleId, matches: (subject: HealthSubject) => boolean): HealthEntry | undefined {
  return view.entries.find((entry) => entry.rule === rule && matches(entry.subject));
}

/** True for the way, gateway, remote secret or path from one cluster to another. */
export function isDirection(subject: HealthSubject, kind: HealthSubject['kind'], from: string, to: string): boolean {
  return subject.kind === kind && 'from' in subject && subject.from === from && subject.to === to;
}
