import { namespaceNetworkLabel } from '../../../src/mesh/checks/namespace-network-label.ts';
import { type Change, kubeconfigAlone, part } from '../build.ts';
import { grid } from '../grid.ts';

function label(namespaceNetwork: string | null): Change {
  return part('b', 'eastWest', (facts) => ({ ...facts, namespaceNetwork }));
}

const FLAT: Change = (snapshot) => ({
  ...snapshot,
  clusters: snapshot.clusters.map((one) => ({ ...one, identity: { ...one.identity, network: 'net', gateway: undefined } })),
});

grid(namespaceNetworkLabel, [
  { name: 'finds that it is missing', changes: [label(null)], finds: [['network-label-missing', 'ticket', 'cluster b']] },
  { name: 'finds that it names another network', changes: [label('net-c')], finds: [['network-label-differs', 'ticket', 'cluster b']] },
  {
    name: 'is silent without it in a mesh of one network',
    changes: [FLAT, part('a', 'eastWest', (facts) => ({ ...facts, namespaceNetwork: 'net' })), label(null)],
    finds: [],
  },
  { name: 'is silent where the network is not known', changes: [kubeconfigAlone, label(null)], finds: [] },
]);
