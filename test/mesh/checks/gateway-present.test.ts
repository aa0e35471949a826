import { gatewayPresent } from '../../../src/mesh/checks/gateway-present.ts';
import type { ServiceFacts } from '../../../src/mesh/model.ts';
import { type Change, kubeconfigAlone, mesh, part, service } from '../build.ts';
import { grid } from '../grid.ts';

function services(...all: readonly ServiceFacts[]): Change {
  return part('b', 'eastWest', (facts) => ({ ...facts, services: all }));
}

/** One network for the whole mesh, and no gateway in the configuration. */
const FLAT: Change = (snapshot) => ({
  ...snapshot,
  clusters: snapshot.clusters.map((one) => ({ ...one, identity: { ...one.identity, network: 'net', gateway: undefined } })),
});

grid(gatewayPresent, [
  { name: 'finds that there is none', changes: [services()], finds: [['gateway-missing', 'page', 'cluster b']] },
  { name: 'finds one for another network', changes: [services(service('c', 1))], finds: [['gateway-wrong-network', 'page', 'cluster b']] },
  { name: 'is silent about a second one for another network', changes: [services(service('c', 1), service('b', 1))], finds: [] },
  {
    name: 'finds one without the port',
    changes: [services(service('b', 1, { ports: [{ name: 'status', port: 15_021, nodePort: undefined }] }))],
    finds: [['gateway-port-missing', 'page', 'object b istio-system/istio-eastwestgateway']],
  },
  {
    name: 'finds one without any port',
    changes: [services(service('b', 1, { ports: [] }))],
    finds: [['gateway-port-missing', 'page', 'object b istio-system/istio-eastwestgateway']],
  },
  {
    name: 'is silent about a port that the label names',
    changes: [
      services(
        service('b', 1, {
          labels: { 'topology.istio.io/network': 'net-b', 'networking.istio.io/gatewayPort': '443' },
          ports: [{ name: 'tls', port: 443, nodePort: undefined }],
        }),
      ),
    ],
    finds: [],
  },
  { name: 'is silent where all clusters share a network', changes: [FLAT, services()], finds: [] },
  { name: 'is silent where the networks are not known', changes: [kubeconfigAlone, services()], finds: [] },
  {
    name: 'finds that a cluster alone lacks its configured gateway',
    mesh: mesh('b'),
    changes: [services()],
    finds: [['gateway-missing', 'page', 'cluster b']],
  },
]);
