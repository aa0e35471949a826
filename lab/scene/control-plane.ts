/** istiod 1.30.4, the keys it signs with, and the trust bundle it publishes. */
import type { Authority } from '../pki/authority.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { ISTIO_NAMESPACE } from './namespaces.ts';
import { secretData } from './text.ts';
import { deployment, pods, service, type Workload } from './workloads.ts';

/** Of the images of control plane and gateways. */
export const ISTIO_VERSION = '1.30.4';
/** The ConfigMap in which istiod publishes the roots. */
export const TRUST_BUNDLE = 'istio-ca-root-cert';

/** Namespaces that get no trust bundle (istio: pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go). */
const WITHOUT_BUNDLE = new Set(['kube-public', 'kube-node-lease', 'local-path-storage']);
const PORTS = [
  { name: 'grpc-xds', port: 15_010 },
  { name: 'https-dns', port: 15_012 },
  { name: 'https-webhook', port: 443, targetPort: 15_017 },
  { name: 'http-monitoring', port: 15_014 },
];

/** istiod's Deployment, its pod and its Service. */
export function controlPlane(at: number, podNetwork: string, cluster: string): KubeObject[] {
  const selector = { app: 'istiod', istio: 'pilot' };
  const workload: Workload = {
    namespace: ISTIO_NAMESPACE,
    name: 'istiod',
    labels: {
      ...selector,
      'app.kubernetes.io/name': 'istiod',
      'app.kubernetes.io/part-of': 'istio',
      'app.kubernetes.io/version': ISTIO_VERSION,
      'istio.io/rev': 'default',
    },
    selector,
    container: 'discovery',
    image: `docker.io/istio/pilot:${ISTIO_VERSION}`,
    environment: { CLUSTER_ID: cluster },
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

/** The trust bundle as istiod publishes it to those of the namespaces that get one. */
export function trustBundles(rootPem: string, namespaces: readonly string[]): KubeObject[] {
  return namespaces
    .filter((namespace) => !WITHOUT_BUNDLE.has(namespace))
    .map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: TRUST_BUNDLE, labels: { 'istio.io/config': 'true' } },
      data: { 'root-cert.pem': rootPem },
    }));
}
