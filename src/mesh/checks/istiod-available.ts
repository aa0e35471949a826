import { MINUTE } from '../../core/duration.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';

export const istiodAvailable: ClusterCheck = {
  scope: 'cluster',
  id: 'istiod-available',
  title: 'istiod is available',
  inputs: ['istiod'],
  dependsOn: ['cluster-reachable'],
  visibleAfter: 2 * MINUTE,
  codes: ['istiod-missing', 'istiod-unavailable'],
  evaluate({ identity, istiod }) {
    if (!istiod.ok) return [];
    const { name } = identity;
    if (istiod.value.length === 0) {
      return [
        {
          code: 'istiod-missing',
          severity: 'page',
          subject: { kind: 'cluster', name },
          title: `No istiod in ${name}`,
          facts: ['No Deployment with the label app=istiod was found.'],
          hint: 'Install Istio in this cluster, or correct mesh.istioNamespace in the configuration.',
          commands: [kubectl(identity, 'get deployments -A -l app=istiod')],
        },
      ];
    }
    return istiod.value
      .filter((deployment) => deployment.available < 1)
      .map((deployment): Finding => ({
        code: 'istiod-unavailable',
        severity: 'page',
        subject: { kind: 'object', name: `${deployment.namespace}/${deployment.name}`, cluster: name },
        title: `istiod of ${name} is down: ${deployment.available} of ${deployment.desired} available`,
        facts: [`Deployment ${deployment.name}, revision ${deployment.revision}, image ${deployment.images.join(', ')}`],
        hint: 'Running workloads keep their certificates for up to 24 h, new pods get none: look at its pods now.',
        commands: [
          kubectl(identity, `-n ${deployment.namespace} describe pods -l app=istiod`),
          kubectl(identity, `-n ${deployment.namespace} logs -l app=istiod --tail=50`),
        ],
      }));
  },
};
