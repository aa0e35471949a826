import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { clusterSubject } from '../subject.ts';
import { KUBERNETES, placeIn } from '../versions.ts';

export const kubernetesVersion: ClusterCheck = {
  scope: 'cluster',
  id: 'kubernetes-version',
  title: 'Kubernetes is of a version that was tried',
  inputs: ['api'],
  dependsOn: ['cluster-reachable'],
  severity: 'ticket',
  // A version does not come and go.
  visibleAfter: 0,
  codes: ['kubernetes-version-old', 'kubernetes-version-new'],
  evaluate({ identity, api }): readonly Finding[] {
    if (!api.ok) return [];
    const place = placeIn(KUBERNETES, api.value);
    if (place === 'known') return [];
    const { name } = identity;
    const version = `${api.value.major}.${api.value.minor}`;
    const common = {
      subject: clusterSubject(name),
      facts: [`The API server says ${api.value.gitVersion}; tried are 1.${KUBERNETES.oldest} to 1.${KUBERNETES.newest}.`],
      commands: [kubectl(identity, 'version')],
    };
    return place === 'older'
      ? [
          {
            ...common,
            code: 'kubernetes-version-old',
            severity: 'ticket',
            title: `Kubernetes ${version} of ${name} is older than what Istio supports`,
            hint: `Upgrade the cluster to 1.${KUBERNETES.oldest} or later, one minor release at a time.`,
          },
        ]
      : [
          {
            ...common,
            code: 'kubernetes-version-new',
            severity: 'info',
            title: `Kubernetes ${version} of ${name} is newer than what was tried`,
            hint: 'It will most likely do; look for a newer meshwarden and compare the support table of your Istio release.',
          },
        ];
  },
};
