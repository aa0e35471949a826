/** The service behind each gateway that probes ask for. */
import type { KubeObject } from '../kubernetes/object.ts';
import type { MeshCluster } from './cluster.ts';
import { deployment, endpointSlice, pods, service, type Workload } from './workloads.ts';

export const CANARY_NAMESPACE = 'mesh-canary';
const PORT = 8080;

/** The name of its Deployment and Service: each cluster has its own, so that it is known who answered. */
export function canaryService(cluster: string): string {
  return `mesh-canary-${cluster}`;
}

/** Its name in the mesh. */
export function canaryHost(cluster: string): string {
  return `${canaryService(cluster)}.${CANARY_NAMESPACE}.svc.cluster.local`;
}

/** Namespace, Deployment, pod, Service and EndpointSlice. */
export function canary({ name, podNetwork }: MeshCluster, at: number): KubeObject[] {
  const labels = { app: 'mesh-canary', 'app.kubernetes.io/name': 'mesh-canary' };
  const workload: Workload = {
    namespace: CANARY_NAMESPACE,
    name: canaryService(name),
    labels,
    selector: labels,
    container: 'canary',
    image: 'agnhost:2.57',
    podNetwork: `${podNetwork}.2`,
    at,
  };
  const exposed = { workload, ports: [{ name: 'http', port: PORT }] };
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: CANARY_NAMESPACE, labels: { 'istio-injection': 'enabled' } },
  };
  return [namespace, deployment(workload), ...pods(workload), service(exposed), endpointSlice(exposed)];
}
