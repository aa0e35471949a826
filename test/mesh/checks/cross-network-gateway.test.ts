import { crossNetworkGateway } from '../../../src/mesh/checks/cross-network-gateway.ts';
import type { CrossNetworkGateway } from '../../../src/mesh/model.ts';
import { type Change, crossNetwork, kubeconfigAlone, part } from '../build.ts';
import { grid } from '../grid.ts';

function opens(gateways: readonly CrossNetworkGateway[] | null): Change {
  return part('b', 'eastWest', (facts) => ({ ...facts, gateways }));
}

grid(crossNetworkGateway, [
  {
    name: "finds that Istio's definitions are missing",
    changes: [opens(null)],
    finds: [['istio-definitions-missing', 'page', 'cluster b']],
  },
  { name: 'finds that there is none', changes: [opens([])], finds: [['cross-network-gateway-missing', 'page', 'cluster b']] },
  {
    name: 'finds one that selects other pods',
    changes: [opens([crossNetwork({ selector: { istio: 'ingressgateway' } })])],
    finds: [['cross-network-gateway-unmatched', 'page', 'cluster b']],
  },
  {
    name: 'is silent about a label that the Service does not tell',
    changes: [opens([crossNetwork({ selector: { role: 'east-west' } })])],
    finds: [],
  },
  {
    name: 'is silent about a second one for other pods',
    changes: [opens([crossNetwork({ name: 'other', selector: { istio: 'ingressgateway' } }), crossNetwork()])],
    finds: [],
  },
  {
    name: 'notes one that opens only some services',
    changes: [opens([crossNetwork({ hosts: ['*.shop.svc.cluster.local'] })])],
    finds: [['cross-network-gateway-narrow', 'info', 'object b istio-system/cross-network-gateway']],
  },
  {
    name: 'notes one that opens one namespace',
    changes: [opens([crossNetwork({ hosts: ['shop/*.local'] })])],
    finds: [['cross-network-gateway-narrow', 'info', 'object b istio-system/cross-network-gateway']],
  },
  { name: 'is silent about every form of everything', changes: [opens([crossNetwork({ hosts: ['*/*'] })])], finds: [] },
  { name: 'is silent where the networks are not known', changes: [kubeconfigAlone, opens([])], finds: [] },
]);
