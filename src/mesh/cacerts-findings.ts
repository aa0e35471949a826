import type { CacertsFacts } from '../pki/cacerts.ts';
import type { CacertsFault } from '../pki/cross-check-cacerts.ts';
import { type CacertsProblem, problemOf } from './cacerts-codes.ts';
import type { Finding } from './finding.ts';
import { kubectl } from './kubectl.ts';
import type { ClusterIdentity } from './model.ts';
import { istioNamespace } from './networks.ts';
import { objectSubject } from './subject.ts';
import { limitFacts } from './wording.ts';

/** One finding for each kind of fault, with every fault of that kind as a fact. */
export function findingsOfCacerts(identity: ClusterIdentity, facts: CacertsFacts, faults: readonly CacertsFault[]): readonly Finding[] {
  const byProblem = new Map<CacertsProblem, CacertsFault[]>();
  for (const fault of faults) {
    const problem = problemOf(fault, facts);
    if (problem !== undefined) byProblem.set(problem, [...(byProblem.get(problem) ?? []), fault]);
  }
  return [...byProblem].map(([problem, own]) => findingOf(identity, problem, own));
}

function findingOf(identity: ClusterIdentity, { code, severity, says, hint }: CacertsProblem, faults: readonly CacertsFault[]): Finding {
  const namespace = istioNamespace(identity);
  return {
    code,
    severity,
    subject: objectSubject(identity.name, `${namespace}/cacerts`),
    title: `cacerts of ${identity.name} ${says}`,
    facts: limitFacts(faults.map(({ key, text }) => (key === undefined ? text : `${key}: ${text}`))),
    hint,
    // Names and sizes of the data, never what they hold.
    commands: [kubectl(identity, `-n ${namespace} describe secret cacerts`)],
  };
}
