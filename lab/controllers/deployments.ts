/** What controllers and a kubelet make of the Deployments and Services of one namespace: pods that run, endpoints that are ready, gone with what asked for them. */
import type { LabClock } from '../clock.ts';
import type { LabCluster } from '../kubernetes/cluster.ts';
import { fieldsAt, isFields, type KubeObject, listAt, textAt } from '../kubernetes/object.ts';
import { deployment, endpointSlice, pods, sliceName, type Workload } from '../scene/workloads.ts';

export interface DeploymentsOptions {
  readonly api: LabCluster;
  readonly clock: LabClock;
  readonly namespace: string;
  /** Pods get addresses here, such as `10.1.2`. */
  readonly podNetwork: string;
  /** True for objects over which a fault lies: controllers leave those as they are. */
  readonly handsOff: (kind: string, namespace: string, name: string) => boolean;
}

export interface LabDeployments {
  stop(): void;
}

const KINDS = new Set(['Deployment', 'Service', 'Namespace']);

/** Works until it is stopped. A Deployment that is there at the start gets its pods at once. */
export function startDeployments(options: DeploymentsOptions): LabDeployments {
  const { api, namespace } = options;
  let isDue = false;
  const work = (): void => {
    isDue = false;
    reconcile(options);
  };
  const letGo = api.store.onWrite(({ object }) => {
    if (isDue || !KINDS.has(object.kind ?? '') || (object.metadata.namespace ?? namespace) !== namespace) return;
    isDue = true;
    // Never inside of somebody else's write.
    queueMicrotask(work);
  });
  reconcile(options);
  return { stop: letGo };
}

function reconcile(options: DeploymentsOptions): void {
  const { store } = options.api;
  const { namespace, handsOff } = options;
  const deployments = store.list('Deployment', namespace);
  const running = store.list('Pod', namespace);
  for (const one of deployments) {
    const workload = workloadOf(one, options);
    if (running.some(({ metadata }) => matches(metadata.labels, workload.selector))) continue;
    for (const pod of pods(workload)) store.put(withAccount(pod, one), { manager: 'kubelet' });
    const { status } = deployment(workload);
    store.patch('Deployment', namespace, workload.name, { status }, { subresource: 'status', manager: 'kube-controller-manager' });
  }
  for (const { metadata } of running) {
    const name = metadata.name ?? '';
    const isWanted = deployments.some((one) => matches(metadata.labels, selectorOf(one)));
    if (isWanted || handsOff('Pod', namespace, name)) continue;
    store.delete('Pod', namespace, name);
    options.api.forgetPod(namespace, name);
  }
  keepSlices(options, deployments);
}

function keepSlices(options: DeploymentsOptions, deployments: readonly KubeObject[]): void {
  const { store } = options.api;
  const { namespace, handsOff } = options;
  const wanted = new Map(
    store.list('Service', namespace).map((service) => {
      const name = service.metadata.name ?? '';
      const behind = deployments.find((one) => matches(templateLabels(one), fieldsAt(service, 'spec', 'selector')));
      return [sliceName(name), sliceOf(service, behind, options)] as const;
    }),
  );
  const there = store.list('EndpointSlice', namespace);
  for (const { metadata } of there) {
    const name = metadata.name ?? '';
    if (!wanted.has(name) && !handsOff('EndpointSlice', namespace, name)) store.delete('EndpointSlice', namespace, name);
  }
  for (const [name, slice] of wanted) {
    if (handsOff('EndpointSlice', namespace, name)) continue;
    const now = there.find(({ metadata }) => metadata.name === name);
    if (now === undefined || JSON.stringify(now['endpoints']) !== JSON.stringify(slice['endpoints'])) store.put(slice);
  }
}

/** Without pods behind it, a Service has a slice without endpoints. */
function sliceOf(service: KubeObject, behind: KubeObject | undefined, options: DeploymentsOptions): KubeObject {
  const { namespace } = options;
  const name = service.metadata.name ?? '';
  const ports = listAt(service, 'spec', 'ports')
    .filter(isFields)
    .map((port) => ({ name: String(port['name']), port: Number(port['port']), targetPort: Number(port['targetPort'] ?? port['port']) }));
  const workload = behind === undefined ? undefined : workloadOf(behind, options);
  const empty: Workload = { namespace, name, labels: {}, selector: {}, container: '', image: '', podNetwork: '', at: 0, replicas: 0 };
  const slice = endpointSlice({ workload: workload ?? empty, ports });
  const labels = { ...service.metadata.labels, ...slice.metadata.labels, 'kubernetes.io/service-name': name };
  return { ...slice, metadata: { namespace, name: sliceName(name), labels } };
}

function workloadOf(object: KubeObject, { clock, namespace, podNetwork }: DeploymentsOptions): Workload {
  const [container] = listAt(object, 'spec', 'template', 'spec', 'containers');
  return {
    namespace,
    name: object.metadata.name ?? '',
    labels: templateLabels(object),
    selector: selectorOf(object),
    container: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
    replicas: Number(fieldsAt(object, 'spec')['replicas'] ?? 1),
    podNetwork,
    at: clock.now(),
  };
}

function withAccount(pod: KubeObject, { spec }: KubeObject): KubeObject {
  const account = textAt(spec, 'template', 'spec', 'serviceAccountName') ?? 'default';
  return { ...pod, spec: { ...fieldsAt(pod, 'spec'), serviceAccountName: account } };
}

function selectorOf(object: KubeObject): Record<string, string> {
  return fieldsAt(object, 'spec', 'selector', 'matchLabels') as Record<string, string>;
}

function templateLabels(object: KubeObject): Record<string, string> {
  return fieldsAt(object, 'spec', 'template', 'metadata', 'labels') as Record<string, string>;
}

function matches(labels: Readonly<Record<string, string>> | undefined, selector: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}
