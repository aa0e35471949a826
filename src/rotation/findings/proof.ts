/** What is said where something was written and nobody can be seen to serve it. */
import type { Finding } from '../../mesh/finding.ts';
import { kubectl } from '../../mesh/kubectl.ts';
import { istioNamespace } from '../../mesh/networks.ts';
import { utc } from '../../mesh/wording.ts';
import type { CaCluster, CacertsObject } from '../model.ts';
import { type Proof, shownProof } from '../proof.ts';
import { clusterFinding } from './finding.ts';

function commandsOf({ identity }: CaCluster): readonly string[] {
  const namespace = istioNamespace(identity);
  return [kubectl(identity, `-n ${namespace} get pods -l app=istiod`), kubectl(identity, `-n ${namespace} logs -l app=istiod --tail=50`)];
}

function factsOf({ record }: CacertsObject, proof: Proof | undefined): readonly string[] {
  const seen = proof === undefined ? 'The istiods could not be looked at.' : `What they serve: ${shownProof(proof)}.`;
  return [seen, ...(record.writtenAt === undefined ? [] : [`It was written at ${utc(record.writtenAt)}.`])];
}

/** Nobody could look: it is neither proved nor refused, so nothing is put back and nothing else is written. */
export function writtenNotProved(cluster: CaCluster, object: CacertsObject, proof: Proof | undefined): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-written-not-proved',
    severity: 'page',
    title: `cacerts of ${cluster.identity.name} is written, and nobody could see whether istiod serves it`,
    facts: factsOf(object, proof),
    hint: 'Nothing else is published until this cluster answers and lets port-forward to istiod through; it then goes on by itself.',
    commands: commandsOf(cluster),
  });
}

/** It was refused, and there is nothing that may go back. */
export function nothingToRestore(cluster: CaCluster, object: CacertsObject, proof: Proof | undefined): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-nothing-to-restore',
    severity: 'page',
    title: `istiod of ${cluster.identity.name} does not serve what was written, and no backup may go back`,
    facts: factsOf(object, proof),
    hint: 'Read the log of istiod: it says why it refused. What is in cacerts stays; no other cluster is written.',
    commands: commandsOf(cluster),
  });
}

/** What was put back is not served either: the cause lies elsewhere. */
export function restoredNotServed(cluster: CaCluster, object: CacertsObject, proof: Proof | undefined): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-restored-not-served',
    severity: 'page',
    title: `istiod of ${cluster.identity.name} does not serve the backup that was put back`,
    facts: factsOf(object, proof),
    hint: 'The data were good before, so the cause lies in istiod or in the projection of Secrets: look at its pods. Nothing else is written meanwhile.',
    commands: commandsOf(cluster),
  });
}
