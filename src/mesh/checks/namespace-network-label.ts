import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import { crossesNetworks, istioNamespace } from '../networks.ts';
import { clusterSubject } from '../subject.ts';

export const namespaceNetworkLabel: ClusterCheck = {
  scope: 'cluster',
  id: 'namespace-network-label',
  title: "Istio's namespace names the network",
  inputs: ['eastWest'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'ticket',
  // It is written there: it does not pass.
  visibleAfter: 0,
  codes: ['network-label-missing', 'network-label-differs'],
  evaluate({ identity, eastWest }, snapshot): readonly Finding[] {
    const { name, network } = identity;
    if (!eastWest.ok || network === '') return [];
    const label = eastWest.value.namespaceNetwork;
    const namespace = istioNamespace(identity);
    if (label === network || (label === null && !crossesNetworks(identity, snapshot))) return [];
    const repair = kubectl(identity, `label namespace ${namespace} topology.istio.io/network=${network} --overwrite`);
    const common = {
      severity: 'ticket',
      subject: clusterSubject(name),
      commands: [kubectl(identity, `get namespace ${namespace} -L topology.istio.io/network`)],
    } as const;
    return label === null
      ? [
          {
            ...common,
            code: 'network-label-missing',
            title: `Namespace ${namespace} of ${name} does not name its network`,
            facts: ['Without topology.istio.io/network, pods without a sidecar count as directly reachable from every network.'],
            hint: `Label it: ${repair}`,
          },
        ]
      : [
          {
            ...common,
            code: 'network-label-differs',
            title: `Namespace ${namespace} of ${name} names network ${label}, the configuration ${network}`,
            facts: ['What the label says decides where istiod sends traffic for pods that name no network themselves.'],
            hint: `Correct whichever is wrong; for the label: ${repair}`,
          },
        ];
  },
};
