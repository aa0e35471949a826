import { gatewayReady } from '../../../src/mesh/checks/gateway-ready.ts';
import type { ServiceFacts } from '../../../src/mesh/model.ts';
import { type Change, inCluster, kubeconfigAlone, part, service } from '../build.ts';
import { grid } from '../grid.ts';

function gateway(changes: Partial<ServiceFacts>): Change {
  return part('b', 'eastWest', (facts) => ({ ...facts, services: [service('b', 1, changes)] }));
}

grid(gatewayReady, [
  {
    name: 'finds that no pod is ready',
    changes: [gateway({ ready: 0, notReady: 1 })],
    finds: [['gateway-not-ready', 'page', 'cluster b']],
  },
  {
    name: 'finds that there is no pod',
    changes: [gateway({ ready: 0, notReady: 0, selector: {} })],
    finds: [['gateway-not-ready', 'page', 'cluster b']],
  },
  { name: 'is silent where one of two is ready', changes: [gateway({ ready: 1, notReady: 1 })], finds: [] },
  {
    name: 'is silent where one of two gateways has a ready pod',
    changes: [part('b', 'eastWest', (facts) => ({ ...facts, services: [service('b', 1, { ready: 0, notReady: 1 }), ...facts.services] }))],
    finds: [],
  },
  {
    name: 'finds a load balancer without an address',
    changes: [gateway({ addresses: [] })],
    finds: [['gateway-address-missing', 'ticket', 'object b istio-system/istio-eastwestgateway']],
  },
  {
    name: 'notes that a NodePort shows no address',
    changes: [gateway({ type: 'NodePort', addresses: [] })],
    finds: [['gateway-address-missing', 'info', 'object b istio-system/istio-eastwestgateway']],
  },
  {
    name: 'finds another address than is configured',
    changes: [gateway({ addresses: ['192.168.1.2'] })],
    finds: [['gateway-address-differs', 'ticket', 'cluster b']],
  },
  {
    name: 'is silent where the configured address is one of several',
    changes: [gateway({ addresses: ['192.168.1.2', '100.64.0.2', 'gw-b.ts.net'] })],
    finds: [],
  },
  { name: 'is silent where a name stands beside an address', changes: [gateway({ addresses: ['gw-b.ts.net'] })], finds: [] },
  {
    name: 'is silent where no address is configured',
    changes: [inCluster('b', (one) => ({ identity: { ...one.identity, gateway: undefined } })), gateway({ addresses: ['192.168.1.2'] })],
    finds: [],
  },
  {
    name: 'judges every gateway where the network is not known',
    changes: [kubeconfigAlone, gateway({ ready: 0 })],
    finds: [['gateway-not-ready', 'page', 'cluster b']],
  },
  { name: 'is silent where there is none', changes: [part('b', 'eastWest', (facts) => ({ ...facts, services: [] }))], finds: [] },
]);
