/** istiod and the keys it signs with. */
import type { Authority } from '../pki/authority.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { ISTIO_NAMESPACE } from './namespaces.ts';
import { secretData } from './text.ts';
import { deployment, pods, service, type Workload } from './workloads.ts';

/** Of the images of control plane and gateways. */
export const ISTIO_VERSION = '1.30.4';
export { TRUST_BUNDLE } from '../controllers/istiod/publish.ts';

const PORTS = [
  { name: 'grpc-xds', port: 15_010 },
  { name: 'https-dns', port: 15_012 },
  { name: 'https-webhook', port: 443, targetPort: 15_017 },
  { name: 'http-monitoring', port: 15_014 },
];

/** How istiod runs in a cluster. */
export interface ControlPlaneShape {
  /** The Istio cluster ID. */
  readonly cluster: string;
  /** {@link ISTIO_VERSION} by default. */
  readonly version?: string;
  /** `ISTIO_MULTIROOT_MESH`; off by default, as in Istio. */
  readonly multiRoot?: boolean;
  /** One by default. */
  readonly replicas?: number;
}

/** istiod's Deployment, its pods and its Service. */
export function controlPlane(at: number, podNetwork: string, shape: ControlPlaneShape): KubeObject[] {
  const { cluster, version = ISTIO_VERSION, multiRoot = false, replicas = 1 } = shape;
  const selector = { app: 'istiod', istio: 'pilot' };
  const workload: Workload = {
    namespace: ISTIO_NAMESPACE,
    name: 'istiod',
    labels: {
      ...selector,
      'app.kubernetes.io/name': 'istiod',
      'app.kubernetes.io/part-of': 'istio',
      'app.kubernetes.io/version': version,
      'istio.io/rev': 'default',
    },
    selector,
    container: 'discovery',
    image: `docker.io/istio/pilot:${version}`,
    environment: { CLUSTER_ID: cluster, ...(multiRoot ? { ISTIO_MULTIROOT_MESH: 'true' } : {}) },
    replicas,
    podNetwork,
    at,
  };
  return [deployment(workload), ...pods(workload), service({ workload, ports: PORTS })];
}

/** The four texts of `cacerts`, canonical. */
export function cacertsTexts(signing: Authority): Record<string, string> {
  return {
    'ca-cert.pem': signing.certificatePem,
    'ca-key.pem': signing.keyPem,
    'cert-chain.pem': signing.chainPem + signing.rootPem,
    'root-cert.pem': signing.rootPem,
  };
}

/** The Secret that istiod signs with. */
export function cacerts(signing: Authority): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: ISTIO_NAMESPACE, name: 'cacerts' },
    data: secretData(cacertsTexts(signing)),
    type: 'Opaque',
  };
}
