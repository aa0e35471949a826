/** Why nothing is written: istiod would not take it, or nobody could prove that it did. */
import type { Finding } from '../../mesh/finding.ts';
import { kubectl } from '../../mesh/kubectl.ts';
import { istioNamespace } from '../../mesh/networks.ts';
import { listNames } from '../../mesh/wording.ts';
import type { CaCluster, IstiodPod } from '../model.ts';
import { clusterFinding } from './finding.ts';
import { lastGoodFact } from './source.ts';

function pods({ identity }: CaCluster): readonly string[] {
  return [kubectl(identity, `-n ${istioNamespace(identity)} get pods -l app=istiod`)];
}

export function noIstiod(cluster: CaCluster): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-no-istiod',
    title: `${cluster.identity.name} was left out: no istiod runs there`,
    facts: lastGoodFact(cluster),
    hint: 'Nobody could prove what is written; it is caught up once istiod runs.',
    commands: pods(cluster),
  });
}

export function istiodNotReady(cluster: CaCluster, not: readonly IstiodPod[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-istiod-not-ready',
    title: `${cluster.identity.name} was left out: ${listNames(not.map(({ name }) => name))} ${not.length === 1 ? 'is' : 'are'} not ready`,
    facts: [...not.flatMap(({ name, lastExit }) => (lastExit === undefined ? [] : [`${name}: ${lastExit}`])), ...lastGoodFact(cluster)],
    hint: 'What cacerts holds is sound, so the cause lies elsewhere; it is caught up once every istiod is ready.',
    commands: pods(cluster),
  });
}

export function restartNeeded(cluster: CaCluster, which: readonly IstiodPod[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-restart-needed',
    title: `Not published: istiod of ${cluster.identity.name} would not notice it without a restart`,
    facts: [`cacerts was created after ${listNames(which.map(({ name }) => name))} started: it watches nothing.`, ...lastGoodFact(cluster)],
    hint: '`/mesh adopt` shows the restart and does it once it is approved.',
    commands: pods(cluster),
  });
}

export function withoutCacerts(cluster: CaCluster): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-istiod-without-cacerts',
    title: `Not published: istiod of ${cluster.identity.name} runs without cacerts, under a root of its own`,
    hint: 'A first cacerts would change the root of the whole cluster at the next restart: `/mesh adopt` shows what that needs.',
    commands: pods(cluster),
  });
}

/** `says`: what istiod would do, one sentence each. */
export function istiodRefuses(cluster: CaCluster, says: readonly string[]): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-istiod-refuses',
    title: `Not published: istiod of ${cluster.identity.name} would not take it`,
    facts: [...says, ...lastGoodFact(cluster)],
    hint: 'Nothing was written. The facts say what its version and its flags allow.',
    commands: pods(cluster),
  });
}

/** A list beside an intermediate that it does not cover makes istiod refuse both. */
export function crlInTheWay(cluster: CaCluster): Finding {
  return clusterFinding(cluster.identity, {
    code: 'ca-crl-in-the-way',
    title: `Not published: cacerts of ${cluster.identity.name} holds a list of revoked certificates that cannot cover a new one`,
    facts: lastGoodFact(cluster),
    hint: 'Supply a list that covers the new intermediate, or take ca-crl.pem out of cacerts; the runbook for a stolen key has the commands.',
    commands: pods(cluster),
  });
}

export const ISTIOD_CODES: readonly string[] = [
  'ca-no-istiod',
  'ca-istiod-not-ready',
  'ca-restart-needed',
  'ca-istiod-without-cacerts',
  'ca-istiod-refuses',
  'ca-crl-in-the-way',
];
