import type { Finding, Severity } from '../../mesh/finding.ts';
import { kubectl, showSigning } from '../../mesh/kubectl.ts';
import type { ClusterIdentity } from '../../mesh/model.ts';
import { clusterSubject, MESH_SUBJECT } from '../../mesh/subject.ts';
import { limitFacts } from '../../mesh/wording.ts';
import { signerIdentity } from '../look.ts';
import type { CaState } from '../model.ts';

/** What is said about a change that is not made. */
export interface Refusal {
  readonly code: string;
  /** `ticket` where left out. */
  readonly severity?: Severity;
  readonly title: string;
  readonly facts?: readonly string[];
  readonly hint: string;
  /** For the cluster: one that shows what it signs with where left out. */
  readonly commands?: readonly string[];
}

export function clusterFinding(
  cluster: ClusterIdentity,
  { code, severity = 'ticket', title, facts = [], hint, commands }: Refusal,
): Finding {
  return {
    code,
    severity,
    subject: clusterSubject(cluster.name),
    title,
    facts: limitFacts(facts),
    hint,
    commands: commands ?? [showSigning(cluster)],
  };
}

export function meshFinding({ code, severity = 'ticket', title, facts = [], hint, commands = [] }: Refusal): Finding {
  return { code, severity, subject: MESH_SUBJECT, title, facts: limitFacts(facts), hint, commands };
}

/** A command to paste for the cluster of cert-manager. */
export function inSigner(state: CaState, rest: string): string {
  const signer = signerIdentity(state);
  return signer === undefined ? `kubectl ${rest}` : kubectl(signer, rest);
}
