/** The kubelet and the Deployment controller for istiod's pods: starts and ends their processes, restarts those that crash, keeps their volumes. */
import type { LabClock } from '../../clock.ts';
import type { LabCluster } from '../../kubernetes/cluster.ts';
import { isFields, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
import type { StoreEvent } from '../../kubernetes/store.ts';
import type { ControlPlane } from '../istiod/control-plane.ts';
import type { IstiodKnobs } from '../knobs.ts';
import type { Alarms } from '../timers.ts';
import { podStatus } from './pod.ts';
import { Rollout } from './rollout.ts';
import { createVolumes, type Volumes } from './volumes.ts';

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

interface Running {
  readonly uid: string;
  readonly ip: string;
  annotations: string;
  restarts: number;
  crashed: boolean;
  /** Takes the next start back. */
  takeBack: () => void;
}

const BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** Does nothing until it is started. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #running = new Map<string, Running>();
  readonly #volumes: Volumes;
  readonly #rollout: Rollout;

  constructor(options: KubeletOptions) {
    const { api, clock, processes } = options;
    this.#options = options;
    this.#volumes = createVolumes({ ...options, store: api.store, changed: (pod, files) => processes.changed(pod, files) });
    const isReady = (pod: string): boolean => this.#running.get(pod)?.crashed === false;
    this.#rollout = new Rollout({ ...options, store: api.store, now: () => clock.now(), isReady });
  }

  /** Starts the pods that are there. */
  start(): void {
    this.#rollout.adopt();
    for (const pod of this.#rollout.pods()) this.#begin(pod);
  }

  /** Something was written in the cluster. */
  seen({ object, type }: StoreEvent): void {
    const { namespace, name, secret } = this.#options;
    const { metadata, kind } = object;
    if (metadata.namespace !== namespace) return;
    if (kind === 'Secret' && metadata.name === secret && type !== 'DELETED') this.#volumes.secretWritten();
    const own = kind === 'Pod' ? textAt(object, 'spec', 'serviceAccountName') === name : kind === 'Deployment' && metadata.name === name;
    if (own) this.#sync();
  }

  /** Starts every process anew in its pod, as if its node had been restarted. */
  restartAll(): void {
    for (const [name, state] of this.#running) {
      const pod = this.#pod(name);
      if (pod === undefined) continue;
      state.takeBack();
      this.#runContainer(pod, state);
    }
  }

  #pod(name: string): KubeObject | undefined {
    return this.#options.api.store.get('Pod', this.#options.namespace, name);
  }

  /** Brings what runs in line with the pods that are there. */
  #sync(): void {
    const pods = new Map(this.#rollout.pods().map((pod) => [pod.metadata.name ?? '', pod]));
    for (const [name, { uid }] of this.#running) if (pods.get(name)?.metadata.uid !== uid) this.#end(name);
    for (const [name, pod] of pods) {
      const state = this.#running.get(name);
      if (state === undefined) this.#begin(pod);
      else this.#look(name, pod, state);
    }
    this.#rollout.step();
  }

  /** A pod that was touched is looked after at once, its volumes too. */
  #look(name: string, pod: KubeObject, state: Running): void {
    const annotations = annotationsOf(pod);
    if (state.annotations === annotations) return;
    state.annotations = annotations;
    this.#volumes.touch(name);
  }

  #begin(pod: KubeObject): void {
    const state: Running = {
      uid: pod.metadata.uid ?? '',
      ip: textAt(pod, 'status', 'podIP') ?? '',
      annotations: annotationsOf(pod),
      restarts: 0,
      crashed: false,
      takeBack: () => undefined,
    };
    this.#running.set(pod.metadata.name ?? '', state);
    this.#runContainer(pod, state);
  }

  #end(name: string): void {
    const { api, namespace, processes } = this.#options;
    this.#running.get(name)?.takeBack();
    this.#running.delete(name);
    this.#volumes.unmount(name);
    processes.end(name);
    api.forgetPod(namespace, name);
  }

  #runContainer(pod: KubeObject, state: Running): void {
    const name = pod.metadata.name ?? '';
    const { crash, startedAt } = this.#options.processes.launch(pod, this.#volumes.mount(name));
    state.crashed = crash !== undefined;
    // A scene's pods are said to run before anybody started them.
    if (state.crashed || state.restarts > 0 || !isSaidToRun(pod)) this.#say(name, state, startedAt);
    if (state.crashed) this.#startLater(name, state);
  }

  #startLater(name: string, state: Running): void {
    const { alarms, clock } = this.#options;
    const pause = Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** state.restarts);
    state.takeBack = alarms.at(clock.now() + pause, () => {
      const pod = this.#pod(name);
      if (pod === undefined) return;
      state.restarts += 1;
      this.#runContainer(pod, state);
      this.#rollout.step();
    });
  }

  #say(name: string, { ip, restarts, crashed }: Running, startedAt: number): void {
    const { api, namespace, handsOff } = this.#options;
    const pod = this.#pod(name);
    if (pod === undefined || handsOff('Pod', namespace, name)) return;
    const status = podStatus(pod, ip, { startedAt, restarts, crashed });
    api.store.patch('Pod', namespace, name, { status }, { subresource: 'status', manager: 'kubelet' });
  }
}

function annotationsOf({ metadata }: KubeObject): string {
  const entries = Object.entries(metadata.annotations ?? {});
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isSaidToRun(pod: KubeObject): boolean {
  const [container] = listAt(pod, 'status', 'containerStatuses');
  return isFields(container) && isFields(container['state']) && container['state']['running'] !== undefined;
}
