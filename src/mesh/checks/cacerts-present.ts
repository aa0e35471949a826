import { MINUTE } from '../../core/duration.ts';
import type { ClusterCheck } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { istioNamespace } from '../networks.ts';
import { clusterSubject } from '../subject.ts';

export const cacertsPresent: ClusterCheck = {
  scope: 'cluster',
  id: 'cacerts-present',
  title: 'cacerts is there',
  inputs: ['cacerts'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // Long enough for a tool that replaces the Secret by deleting it first.
  visibleAfter: MINUTE,
  codes: ['cacerts-missing'],
  evaluate({ identity, cacerts }, { clusters }) {
    if (!cacerts.ok || cacerts.value !== null) return [];
    const { name } = identity;
    // A cluster of its own may well live with the CA that istiod made for itself; nothing but a kubeconfig tells of no mesh.
    const alone = clusters.length === 1 && identity.network === '';
    return [
      {
        code: 'cacerts-missing',
        severity: alone ? 'info' : 'page',
        subject: clusterSubject(name),
        title: `No Secret cacerts in ${name}`,
        facts: [`istiod of ${name} signs with a root of its own, at once or from its next start on; no other cluster trusts that.`],
        hint: 'Publish the intermediate of this cluster as cacerts before istiod restarts.',
        commands: [kubectl(identity, `-n ${istioNamespace(identity)} get secret cacerts`)],
      },
    ];
  },
};
