/** The kubelet and the Deployment controller for istiod's pods: starts and ends their processes, restarts those that crash, keeps their volumes. */
import type { LabClock } from '../../clock.ts';
import type { LabCluster } from '../../kubernetes/cluster.ts';
import { type KubeObject, textAt } from '../../kubernetes/object.ts';
import type { StoreEvent } from '../../kubernetes/store.ts';
import type { ControlPlane } from '../istiod/control-plane.ts';
import type { IstiodKnobs } from '../knobs.ts';
import type { Alarms } from '../timers.ts';
import { podStatus } from './pod.ts';
import { createRollout } from './rollout.ts';
import { createVolumes } from './volumes.ts';

/** Which workload, and what it runs. */
export interface KubeletOptions {
  readonly api: LabCluster;
  readonly clock: LabClock;
  readonly alarms: Alarms;
  readonly knobs: IstiodKnobs;
  readonly namespace: string;
  /** The Deployment. */
  readonly name: string;
  readonly secret: string;
  readonly podNetwork: string;
  readonly processes: ControlPlane;
  readonly handsOff: (kind: string, namespace: string, name: string) => boolean;
}

/** What it does for the pods of one Deployment. */
export interface Kubelet {
  /** Starts the pods that are there. */
  start(): void;
  /** Something was written in the cluster. Acts after the writer is done. */
  seen(event: StoreEvent): void;
  /** Starts every process anew in its pod, as if its node had been restarted. */
  restartAll(): void;
}

interface Running {
  readonly uid: string;
  readonly ip: string;
  annotations: string;
  restarts: number;
  crashed: boolean;
  takeBack: () => void;
}

const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** Does nothing until it is started. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const { api, clock, alarms, knobs, namespace, name, secret, podNetwork, processes, handsOff } = options;
  const { store } = api;
  const now = (): number => clock.now();
  const running = new Map<string, Running>();
  const volumes = createVolumes({ store, clock, alarms, knobs, namespace, secret, changed: (pod, files) => processes.changed(pod, files) });
  const isReady = (pod: string): boolean => running.get(pod)?.crashed === false;
  const rollout = createRollout({ store, namespace, name, podNetwork, now, isReady, handsOff });

  function runContainer(pod: KubeObject, state: Running): void {
    const podName = pod.metadata.name ?? '';
    const instance = processes.launch(pod, volumes.mount(podName));
    const wasReady = isReadyStatus(pod) && state.restarts === 0;
    state.crashed = instance.crash !== undefined;
    if (!wasReady || state.crashed) write(podName, state, instance.startedAt);
    if (!state.crashed) return;
    const pause = Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** state.restarts);
    state.takeBack = alarms.at(now() + pause, () => {
      state.restarts += 1;
      const again = store.get('Pod', namespace, podName);
      if (again === undefined) return;
      runContainer(again, state);
      rollout.step();
    });
  }

  function write(podName: string, { ip, restarts, crashed }: Running, startedAt: number): void {
    const pod = store.get('Pod', namespace, podName);
    if (pod === undefined || handsOff('Pod', namespace, podName)) return;
    const status = podStatus(pod, ip, { startedAt, restarts, crashed });
    store.patch('Pod', namespace, podName, { status }, { subresource: 'status', manager: 'kubelet' });
  }

  function begin(pod: KubeObject): void {
    const podName = pod.metadata.name ?? '';
    const state: Running = {
      uid: pod.metadata.uid ?? '',
      ip: textAt(pod, 'status', 'podIP') ?? '',
      annotations: annotationsOf(pod),
      restarts: 0,
      crashed: false,
      takeBack: () => undefined,
    };
    running.set(podName, state);
    runContainer(pod, state);
  }

  function end(podName: string): void {
    const state = running.get(podName);
    if (state === undefined) return;
    state.takeBack();
    running.delete(podName);
    volumes.unmount(podName);
    processes.end(podName, 'term');
    api.forgetPod(namespace, podName);
  }

  /** Brings what runs in line with the pods that are there. */
  function sync(): void {
    const pods = new Map(rollout.pods().map((pod) => [pod.metadata.name ?? '', pod]));
    for (const [podName, { uid }] of running) if (pods.get(podName)?.metadata.uid !== uid) end(podName);
    for (const [podName, pod] of pods) {
      const state = running.get(podName);
      if (state === undefined) begin(pod);
      else if (state.annotations !== annotationsOf(pod)) {
        state.annotations = annotationsOf(pod);
        volumes.touch(podName);
      }
    }
    rollout.step();
  }

  function seen({ object, type }: StoreEvent): void {
    const { metadata, kind } = object;
    if (metadata.namespace !== namespace) return;
    if (kind === 'Secret' && metadata.name === secret && type !== 'DELETED') volumes.secretWritten();
    const own = kind === 'Pod' ? textAt(object, 'spec', 'serviceAccountName') === name : kind === 'Deployment' && metadata.name === name;
    if (own) sync();
  }

  return {
    start() {
      rollout.adopt();
      for (const pod of rollout.pods()) begin(pod);
    },
    seen,
    restartAll() {
      for (const [podName, state] of running) {
        const pod = store.get('Pod', namespace, podName);
        if (pod === undefined) continue;
        state.takeBack();
        runContainer(pod, state);
      }
    },
  };
}

function annotationsOf({ metadata }: KubeObject): string {
  const entries = Object.entries(metadata.annotations ?? {});
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isReadyStatus(pod: KubeObject): boolean {
  return JSON.stringify(pod['status'] ?? {}).includes('"running"');
}
