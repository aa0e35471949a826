/** A service that public traffic reaches, in the clusters where none enters. */
import type { KubeObject } from '../kubernetes/object.ts';
import type { MeshCluster } from './cluster.ts';
import { APPLICATION_NAMESPACES } from './namespaces.ts';
import { deployment, endpointSlice, pods, service, type Workload } from './workloads.ts';

const NAMESPACE = APPLICATION_NAMESPACES[1];
export const HTTPBIN = `httpbin.${NAMESPACE}.svc.cluster.local`;
export const HTTPBIN_PORT = 8000;

export function runsHttpbin({ roles }: Pick<MeshCluster, 'roles'>): boolean {
  return !roles.includes('edge');
}

/** Deployment, pod, Service and EndpointSlice. */
export function httpbin({ podNetwork }: MeshCluster, at: number): KubeObject[] {
  const labels = { app: 'httpbin' };
  const workload: Workload = {
    namespace: NAMESPACE,
    name: 'httpbin',
    labels,
    selector: labels,
    container: 'httpbin',
    image: 'go-httpbin:2.18',
    podNetwork: `${podNetwork}.3`,
    at,
  };
  const exposed = { workload, ports: [{ name: 'http', port: HTTPBIN_PORT, targetPort: 8080 }] };
  return [deployment(workload), ...pods(workload), service(exposed), endpointSlice(exposed)];
}
