import { MINUTE } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { objectSubject } from '../subject.ts';

export const istiodAvailable: ClusterCheck = {
  scope: 'cluster',
  id: 'istiod-available',
  title: 'istiod is available',
  inputs: ['istiod'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // A single replica that moves to another node is back within this time.
  visibleAfter: 2 * MINUTE,
  codes: ['istiod-unavailable'],
  evaluate({ identity, istiod }) {
    if (!istiod.ok) return [];
    return istiod.value
      .filter(({ available }) => available < 1)
      .map((deployment): Finding => ({
        code: 'istiod-unavailable',
        severity: 'page',
        subject: objectSubject(identity.name, objectName(deployment)),
        title: `istiod of ${identity.name} is down: ${deployment.available} of ${deployment.desired} available`,
        facts: [`Deployment ${deployment.name}, revision ${deployment.revision}, image ${deployment.images.join(', ')}`],
        hint: 'Running workloads keep their certificates for up to 24 h, new pods get none: look at its pods now.',
        commands: [
          kubectl(identity, `-n ${deployment.namespace} describe pods -l app=istiod`),
          kubectl(identity, `-n ${deployment.namespace} logs -l app=istiod --tail=50`),
        ],
      }));
  },
};
