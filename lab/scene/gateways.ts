/** The east-west gateway of a cluster, and the Gateway that opens it to the other networks. */
import type { KubeObject } from '../kubernetes/object.ts';
import { GATEWAY_PORT, type MeshCluster } from './cluster.ts';
import { ISTIO_VERSION } from './control-plane.ts';
import { ISTIO_NAMESPACE, NETWORK_LABEL } from './namespaces.ts';
import { deployment, endpointSlice, pods, service, type Workload } from './workloads.ts';

/** The name of its Deployment and Service. */
export const EAST_WEST_GATEWAY = 'istio-eastwestgateway';
/** The name of the Gateway. */
export const CROSS_NETWORK_GATEWAY = 'cross-network-gateway';

/** Its Deployment, pod, Service with the tailnet address, and EndpointSlice. */
export function eastWestGateway({ network, gateway, podNetwork }: MeshCluster, at: number): KubeObject[] {
  const selector = { app: EAST_WEST_GATEWAY, istio: 'eastwestgateway' };
  const workload: Workload = {
    namespace: ISTIO_NAMESPACE,
    name: EAST_WEST_GATEWAY,
    labels: { ...selector, [NETWORK_LABEL]: network },
    selector,
    container: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${ISTIO_VERSION}`,
    podNetwork: `${podNetwork}.0`,
    at,
  };
  const ports = [
    { name: 'status-port', port: 15_021 },
    { name: 'tls', port: gateway.port, targetPort: GATEWAY_PORT },
  ];
  const exposed = { workload, ports, addresses: [gateway.address] };
  return [deployment(workload), ...pods(workload), service(exposed), endpointSlice(exposed)];
}

/** The Gateway without which nothing listens on 15443. */
export function crossNetworkGateway(): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { namespace: ISTIO_NAMESPACE, name: CROSS_NETWORK_GATEWAY },
    spec: {
      selector: { istio: 'eastwestgateway' },
      servers: [{ port: { number: GATEWAY_PORT, name: 'tls', protocol: 'TLS' }, tls: { mode: 'AUTO_PASSTHROUGH' }, hosts: ['*.local'] }],
    },
  };
}
