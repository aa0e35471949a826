import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity, Snapshot } from '../model.ts';
import { othersOf } from '../networks.ts';
import { remoteEntries, type RemoteEntry } from '../remote-secrets.ts';
import { linkSubject, objectSubject } from '../subject.ts';
import { limitFacts } from '../wording.ts';

export const remoteSecretWellFormed: ClusterCheck = {
  scope: 'cluster',
  id: 'remote-secret-well-formed',
  title: 'Remote secrets are what istiod reads',
  inputs: ['remoteSecrets'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // istiod reads a kubeconfig once and does not try again: it does not pass.
  visibleAfter: MINUTE,
  codes: [
    'remote-secret-malformed',
    'remote-secret-insecure',
    'remote-secret-duplicate',
    'remote-secret-of-itself',
    'remote-secret-annotation-differs',
  ],
  evaluate(cluster, snapshot) {
    const entries = remoteEntries(cluster);
    return entries.flatMap((entry, at) => [
      ...malformed(cluster.identity, entry),
      ...insecure(cluster.identity, entry),
      ...duplicate(cluster.identity, entry, entries.slice(0, at)),
      ...naming(cluster.identity, entry, snapshot),
    ]);
  },
};

function about(identity: ClusterIdentity, { secret }: RemoteEntry): Pick<Finding, 'subject' | 'commands'> {
  return {
    subject: objectSubject(identity.name, objectName(secret)),
    commands: [kubectl(identity, `-n ${secret.namespace} describe secret ${secret.name}`)],
  };
}

function malformed(identity: ClusterIdentity, entry: RemoteEntry): readonly Finding[] {
  const { faults, cluster, server } = entry.remote;
  const said = [...faults, ...(server === undefined && faults.length === 0 ? ['It names no server.'] : [])];
  if (said.length === 0) return [];
  return [
    {
      ...about(identity, entry),
      subject: linkSubject(identity.name, entry.remote.cluster),
      code: 'remote-secret-malformed',
      severity: 'page',
      title: `istiod of ${identity.name} cannot use its remote secret for ${cluster}`,
      facts: limitFacts(said),
      hint: 'Delete it and create it again; istiod does not try a kubeconfig that it refused a second time.',
    },
  ];
}

function insecure(identity: ClusterIdentity, entry: RemoteEntry): readonly Finding[] {
  if (!entry.remote.insecure) return [];
  return [
    {
      ...about(identity, entry),
      subject: linkSubject(identity.name, entry.remote.cluster),
      code: 'remote-secret-insecure',
      severity: 'ticket',
      title: `istiod of ${identity.name} does not check whom it talks to as ${entry.remote.cluster}`,
      facts: ['Its kubeconfig says insecure-skip-tls-verify: whoever stands in between reads the token.'],
      hint: 'Use tls-server-name: kubernetes.default.svc with the CA of that cluster instead.',
    },
  ];
}

function duplicate(identity: ClusterIdentity, entry: RemoteEntry, before: readonly RemoteEntry[]): readonly Finding[] {
  const { cluster } = entry.remote;
  const first = before.find(({ remote }) => remote.cluster === cluster);
  if (first === undefined) return [];
  return [
    {
      ...about(identity, entry),
      code: 'remote-secret-duplicate',
      severity: 'ticket',
      title: `Two remote secrets of ${identity.name} are for ${cluster}`,
      facts: [`${objectName(first.secret)} and ${objectName(entry.secret)}: istiod takes the one it saw first and ignores the other.`],
      hint: 'Delete the older one, then touch the one that stays: istiod goes on ignoring it until it changes.',
    },
  ];
}

/** What is filed under the name of a cluster that is known; another data key is found where that cluster is missed. */
function naming(identity: ClusterIdentity, entry: RemoteEntry, snapshot: Snapshot): readonly Finding[] {
  const { secret, remote } = entry;
  if (identity.network === '') return [];
  if (remote.cluster === identity.name) {
    return [
      {
        ...about(identity, entry),
        code: 'remote-secret-of-itself',
        severity: 'info',
        title: `${identity.name} has a remote secret for itself`,
        facts: ['istiod ignores it: it reads its own cluster without one.'],
        hint: 'Delete it: its token is a key to this cluster that nobody needs.',
      },
    ];
  }
  const known = othersOf(identity, snapshot).some(({ name }) => name === remote.cluster);
  const { clusterAnnotation } = secret;
  if (!known || clusterAnnotation === undefined || secret.clusters.length > 1 || clusterAnnotation === remote.cluster) return [];
  return [
    {
      ...about(identity, entry),
      code: 'remote-secret-annotation-differs',
      severity: 'info',
      title: `The remote secret for ${remote.cluster} in ${identity.name} is annotated for ${clusterAnnotation}`,
      facts: [`networking.istio.io/cluster of ${objectName(secret)} is ${clusterAnnotation}; istiod goes by the data key alone.`],
      hint: 'Correct the annotation, so that nobody is misled by it.',
    },
  ];
}
