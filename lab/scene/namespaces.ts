import type { KubeObject } from '../kubernetes/object.ts';
import type { MeshCluster } from './cluster.ts';

/** Istio's own. */
export const ISTIO_NAMESPACE = 'istio-system';
/** cert-manager's own, where also the root's Secret lies. */
export const CERT_MANAGER_NAMESPACE = 'cert-manager';
/** Where the Certificates and Secrets of the intermediates lie. */
export const AUTHORITY_NAMESPACE = 'istio-ca';
/** The same in every cluster: namespaces of one name are one namespace to the mesh. */
export const APPLICATION_NAMESPACES = ['sample-a', 'sample-b'] as const;
/** Says to which network a namespace, a Service or a pod belongs. */
export const NETWORK_LABEL = 'topology.istio.io/network';

/** Those of a cluster beside the ones that every cluster has. */
export function namespaces({ network, roles }: Pick<MeshCluster, 'network' | 'roles'>): KubeObject[] {
  const signer = roles.includes('signer') ? [namespace(CERT_MANAGER_NAMESPACE), namespace(AUTHORITY_NAMESPACE)] : [];
  const applications = APPLICATION_NAMESPACES.map((name) => namespace(name, { 'istio-injection': 'enabled' }));
  return [namespace(ISTIO_NAMESPACE, { [NETWORK_LABEL]: network }), ...signer, ...applications];
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels } } };
}
