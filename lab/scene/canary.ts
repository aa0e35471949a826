/** The service behind each gateway that probes ask for, as `meshwarden canary install` puts it there (deploy/canary). */
import type { KubeObject } from '../kubernetes/object.ts';

export const CANARY_NAMESPACE = 'mesh-canary';
/** Its Deployment and service account. */
export const CANARY = 'mesh-canary';
const PORT = 8080;

/** The Service of a cluster: each has its own, so that it is known who answered. */
export function canaryService(cluster: string): string {
  return `${CANARY}-${cluster}`;
}

/** Its name in the mesh. */
export function canaryHost(cluster: string): string {
  return `${canaryService(cluster)}.${CANARY_NAMESPACE}.svc.cluster.local`;
}

function labelsOf(cluster: string): Record<string, string> {
  return { 'app.kubernetes.io/name': CANARY, 'app.kubernetes.io/managed-by': 'meshwarden', 'app.kubernetes.io/instance': cluster };
}

/** What is applied to one cluster: a Service for each cluster of the mesh, and pods for its own alone. */
export function canary(own: string, clusters: readonly string[]): KubeObject[] {
  const { 'app.kubernetes.io/instance': _, ...common } = labelsOf(own);
  const place = { namespace: CANARY_NAMESPACE };
  const labels = labelsOf(own);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CANARY_NAMESPACE, labels: { ...common, 'istio-injection': 'enabled' } } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...place, name: CANARY, labels: common }, automountServiceAccountToken: false },
    ...clusters.map((cluster) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...place, name: canaryService(cluster), labels: labelsOf(cluster) },
      spec: { selector: labelsOf(cluster), ports: [{ name: 'http', port: PORT, targetPort: PORT, protocol: 'TCP' }] },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...place, name: CANARY, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { serviceAccountName: CANARY, containers: [{ name: CANARY, image: 'agnhost:2.53' }] },
        },
      },
    },
  ];
}
