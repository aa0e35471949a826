import { MINUTE } from '../../core/duration.ts';
import type { ClusterCheck } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { clusterSubject } from '../subject.ts';

export const istiodInstalled: ClusterCheck = {
  scope: 'cluster',
  id: 'istiod-installed',
  title: 'istiod is installed',
  inputs: ['istiod'],
  dependsOn: ['cluster-reachable'],
  severity: 'page',
  // Tools that install anew delete the Deployment first.
  visibleAfter: 2 * MINUTE,
  codes: ['istiod-missing'],
  evaluate({ identity, istiod }) {
    if (!istiod.ok || istiod.value.length > 0) return [];
    const { name } = identity;
    return [
      {
        code: 'istiod-missing',
        severity: 'page',
        subject: clusterSubject(name),
        title: `No istiod in ${name}`,
        facts: ['No Deployment with the label app=istiod was found.'],
        hint: 'Install Istio in this cluster, or correct mesh.istioNamespace in the configuration.',
        commands: [kubectl(identity, 'get deployments -A -l app=istiod')],
      },
    ];
  },
};
