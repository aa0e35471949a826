/** The canary: a tiny workload in each cluster that probes ask for through the east-west gateways. Here: what it is made of. */

/** An object as it is applied. */
export interface CanaryObject {
  readonly apiVersion: string;
  readonly kind: 'Namespace' | 'ServiceAccount' | 'Service' | 'Deployment';
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

export interface CanaryPlace {
  readonly namespace: string;
  /** A pattern: `{cluster}` stands for the name of a cluster. */
  readonly service: string;
  readonly port: number;
}

/** Answers HTTP with its name, and asks others when told to: https://github.com/kubernetes/kubernetes/tree/master/test/images/agnhost#netexec */
export const CANARY_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
/** Where it listens in its pod. */
export const CANARY_POD_PORT = 8080;

const NAME = 'mesh-canary';
const LABELS = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/managed-by': 'meshwarden' };

/** What the Deployment and the pods of a cluster's canary carry. */
export function canaryLabels(cluster: string): Readonly<Record<string, string>> {
  return { ...LABELS, 'app.kubernetes.io/instance': cluster };
}

/** The name of a cluster's canary Service. */
export function canaryService({ service }: Pick<CanaryPlace, 'service'>, cluster: string): string {
  return service.replaceAll('{cluster}', cluster);
}

/** Its name in the mesh, and the server name with which a gateway finds it. */
export function canaryHost(place: CanaryPlace, cluster: string): { readonly host: string; readonly sni: string } {
  const host = `${canaryService(place, cluster)}.${place.namespace}.svc.cluster.local`;
  return { host, sni: `outbound_.${place.port}_._.${host}` };
}

/**
 * What lies in one cluster, in the order in which it is applied. The Services of all canaries are in every cluster, so that their names can be looked up
 * there; only its own has endpoints.
 */
export function canaryObjects(place: CanaryPlace, cluster: string, clusters: readonly string[]): readonly CanaryObject[] {
  const { namespace } = place;
  const own = canaryLabels(cluster);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...LABELS, 'istio-injection': 'enabled' } } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace, labels: LABELS }, automountServiceAccountToken: false },
    ...clusters.map((of): CanaryObject => {
      const labels = canaryLabels(of);
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: canaryService(place, of), namespace, labels },
        spec: { selector: labels, ports: [{ name: 'http', port: place.port, targetPort: CANARY_POD_PORT }] },
      };
    }),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: NAME, namespace, labels: own },
      spec: {
        replicas: 1,
        selector: { matchLabels: own },
        template: {
          metadata: { labels: own },
          spec: {
            serviceAccountName: NAME,
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: NAME,
                image: CANARY_IMAGE,
                args: ['netexec', `--http-port=${CANARY_POD_PORT}`, '--udp-port=-1'],
                ports: [{ name: 'http', containerPort: CANARY_POD_PORT }],
                readinessProbe: { httpGet: { path: '/hostname', port: CANARY_POD_PORT } },
                resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '64Mi' } },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              },
            ],
          },
        },
      },
    },
  ];
}
