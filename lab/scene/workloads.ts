/** Deployments, their pods, Services and EndpointSlices, all healthy: what controllers and kubelets would have made of them. */
import { createHash } from 'node:crypto';
import { fieldsAt, isFields, kubeTime, type KubeObject, listAt, textAt } from '../kubernetes/object.ts';

/** A port of a Service. */
export interface WorkloadPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort?: number;
}

/** Something that runs: one Deployment. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly container: string;
  readonly image: string;
  /** Variables of its container; none by default. */
  readonly environment?: Readonly<Record<string, string>>;
  /** One by default. */
  readonly replicas?: number;
  /** The addresses of its pods lie in this /24 network, such as `10.1.2`. */
  readonly podNetwork: string;
  /** When it became what it is, in UTC milliseconds. */
  readonly at: number;
}

/** The node that all pods of a cluster run on. */
export const NODE = 'node-1';

/** What a container does: one of the three that Kubernetes knows. */
export interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly terminated?: { readonly exitCode: number; readonly reason: string; readonly startedAt: string; readonly finishedAt: string };
}

/** A container as the kubelet reports it. */
export interface ContainerReport {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

/** Its entry in a pod's status. */
export function containerStatus({ name, image, ready, restartCount, state, lastState }: ContainerReport): object {
  return { name, image, imageID: image, ready, started: ready, restartCount, state, lastState };
}

/** Letters that stand for something in the names of pods and slices: the same for the same text. */
export function letters(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

function replicaSetOf({ name, image }: Workload): string {
  return `${name}-${letters(image, 10)}`;
}

function containersOf({ container, image, environment }: Workload): object[] {
  if (environment === undefined) return [{ name: container, image }];
  const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return [{ name: container, image, env }];
}

/** Available in all its replicas. */
export function deployment(workload: Workload): KubeObject {
  const { namespace, name, labels, selector, at } = workload;
  const replicas = workload.replicas ?? 1;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels: { ...labels } },
    spec: {
      replicas,
      selector: { matchLabels: { ...selector } },
      template: { metadata: { labels: { ...labels, ...selector } }, spec: { containers: containersOf(workload) } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [
        condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', at),
        condition('Progressing', 'NewReplicaSetAvailable', `ReplicaSet "${replicaSetOf(workload)}" has successfully progressed.`, at),
      ],
    },
  };
}

function condition(type: string, reason: string, message: string, at: number): object {
  const time = kubeTime(at);
  return { type, status: 'True', lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** What a Deployment's status says when none of its pods is ready. */
export function unavailable(object: KubeObject, at: number): KubeObject {
  const { readyReplicas: _, availableReplicas: __, ...status } = fieldsAt(object, 'status');
  const time = kubeTime(at);
  const down = {
    type: 'Available',
    status: 'False',
    lastUpdateTime: time,
    lastTransitionTime: time,
    reason: 'MinimumReplicasUnavailable',
    message: 'Deployment does not have minimum availability.',
  };
  const others = listAt(object, 'status', 'conditions').filter((one) => textAt(one, 'type') !== 'Available');
  return { ...object, status: { ...status, unavailableReplicas: status['replicas'], conditions: [down, ...others] } };
}

/** What a pod's status says when its containers are not ready. */
export function unreadyPod(pod: KubeObject, at: number): KubeObject {
  const lastTransitionTime = kubeTime(at);
  const waits = { status: 'False', reason: 'ContainersNotReady', lastTransitionTime };
  const conditions = listAt(pod, 'status', 'conditions').filter(isFields);
  return {
    ...pod,
    status: {
      ...fieldsAt(pod, 'status'),
      conditions: conditions.map((one) => (READINESS.has(String(one['type'])) ? { ...one, ...waits } : one)),
    },
  };
}

const READINESS = new Set(['Ready', 'ContainersReady']);

/** Running and ready. */
export function pods(workload: Workload): KubeObject[] {
  const { namespace, labels, selector, podNetwork, at, name } = workload;
  const startTime = kubeTime(at);
  return Array.from({ length: workload.replicas ?? 1 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: podName(workload, index),
      labels: { ...labels, ...selector, 'pod-template-hash': letters(workload.image, 10) },
    },
    spec: { containers: containersOf(workload), nodeName: NODE, serviceAccountName: name },
    status: {
      phase: 'Running',
      startTime,
      podIP: podAddress(podNetwork, name, index),
      podIPs: [{ ip: podAddress(podNetwork, name, index) }],
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: startTime,
      })),
      containerStatuses: [
        containerStatus({
          name: workload.container,
          image: workload.image,
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: startTime } },
          lastState: {},
        }),
      ],
    },
  }));
}

function podName(workload: Workload, index: number): string {
  return `${replicaSetOf(workload)}-${letters(`${workload.name}-${index}`, 5)}`;
}

/** Spread over the network by name, so that no two workloads of a scene share an address. */
function podAddress(network: string, name: string, index: number): string {
  const start = parseInt(letters(name, 4), 16) % 200;
  return `${network}.${start + index + 2}`;
}

/** How a workload is reached. */
export interface ServiceOptions {
  readonly workload: Workload;
  readonly ports: readonly WorkloadPort[];
  /** The addresses that a load balancer gave; without them the Service is of type ClusterIP. */
  readonly addresses?: readonly string[];
}

/** A Service in front of a workload. */
export function service({ workload, ports, addresses }: ServiceOptions): KubeObject {
  const { namespace, name, labels, selector } = workload;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, labels: { ...labels } },
    spec: {
      type: addresses === undefined ? 'ClusterIP' : 'LoadBalancer',
      selector: { ...selector },
      ports: ports.map(({ name, port, targetPort }) => ({ name, port, targetPort: targetPort ?? port, protocol: 'TCP' })),
    },
    ...(addresses === undefined ? {} : { status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } } }),
  };
}

/** The addresses of the pods behind a Service, all ready. */
export function endpointSlice({ workload, ports }: ServiceOptions): KubeObject {
  const { namespace, name, podNetwork, labels } = workload;
  const endpoints = Array.from({ length: workload.replicas ?? 1 }, (_, index) => ({
    addresses: [podAddress(podNetwork, name, index)],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: NODE,
    targetRef: { kind: 'Pod', namespace, name: podName(workload, index) },
  }));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: sliceName(name),
      labels: {
        ...labels,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
    },
    addressType: 'IPv4',
    endpoints,
    ports: ports.map(({ name, port, targetPort }) => ({ name, port: targetPort ?? port, protocol: 'TCP' })),
  };
}

/** The name of the EndpointSlice of a Service. */
export function sliceName(service: string): string {
  return `${service}-${letters(service, 5)}`;
}
