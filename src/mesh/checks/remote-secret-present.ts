import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity } from '../model.ts';
import { istioNamespace, othersOf } from '../networks.ts';
import { remoteEntries, type RemoteEntry } from '../remote-secrets.ts';
import { linkSubject } from '../subject.ts';

export const remoteSecretPresent: ClusterCheck = {
  scope: 'cluster',
  id: 'remote-secret-present',
  title: 'istiod has a remote secret for every other cluster',
  inputs: ['remoteSecrets'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // To change one safely it is deleted, and created again once istiod has let go of it.
  visibleAfter: 2 * MINUTE,
  codes: ['remote-secret-missing', 'remote-secret-misnamed'],
  evaluate(cluster, snapshot) {
    const { identity, remoteSecrets } = cluster;
    // A context of a kubeconfig need not be called what Istio calls the cluster, nor belong to the mesh at all.
    if (!remoteSecrets.ok || identity.network === '') return [];
    const entries = remoteEntries(cluster);
    const named = new Set(entries.map(({ remote }) => remote.cluster));
    return othersOf(identity, snapshot)
      .filter(({ name }) => !named.has(name))
      .map((other) => gap(identity, other, entries));
  },
};

function gap(identity: ClusterIdentity, other: ClusterIdentity, entries: readonly RemoteEntry[]): Finding {
  const namespace = istioNamespace(identity);
  const common = {
    severity: 'page',
    subject: linkSubject(identity.name, other.name),
    commands: [kubectl(identity, `-n ${namespace} get secrets -l istio/multiCluster=true`)],
  } as const;
  const misnamed = entries.find(({ secret }) => secret.clusterAnnotation === other.name);
  if (misnamed !== undefined) {
    return {
      ...common,
      code: 'remote-secret-misnamed',
      title: `The remote secret for ${other.name} in ${identity.name} has the wrong data key`,
      facts: [`${objectName(misnamed.secret)} files ${other.name} under ${misnamed.remote.cluster}: istiod takes that for the cluster ID.`],
      hint: `Create it again with the data key ${other.name}: requests for certificates from there are refused now.`,
    };
  }
  return {
    ...common,
    code: 'remote-secret-missing',
    title: `${identity.name} has no remote secret for ${other.name}`,
    facts: [`istiod of ${identity.name} learns of no service and no endpoint in ${other.name}.`],
    hint: `Create it with istioctl create-remote-secret --name=${other.name}, run against ${other.name}, and apply it here.`,
  };
}
