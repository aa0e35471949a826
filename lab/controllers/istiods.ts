/** istiod in one cluster of the lab: its pods run, listen when they are asked, and can be made to misbehave. */
import type { LabClock } from '../clock.ts';
import type { LabCluster } from '../kubernetes/cluster.ts';
import type { StoreEvent } from '../kubernetes/store.ts';
import type { Reviewer } from './istiod/client-identity.ts';
import { ControlPlane } from './istiod/control-plane.ts';
import type { IstiodInstance } from './istiod/instance.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { createIstiodKnobs, type IstiodKnobs } from './knobs.ts';
import { createAlarms } from './timers.ts';

/** Where istiod runs. */
export interface IstiodsOptions {
  readonly api: LabCluster;
  readonly clock: LabClock;
  /** The Istio cluster ID. */
  readonly cluster: string;
  readonly namespace: string;
  /** New pods get addresses here, such as `10.1.0`. */
  readonly podNetwork: string;
  /** Reviews tokens in another cluster of the mesh, of which a remote secret is here. */
  readonly remote?: (id: string) => Reviewer | undefined;
  /** True for objects over which a fault lies: controllers leave those as they are. */
  readonly handsOff?: (kind: string, namespace: string, name: string) => boolean;
}

/** The istiods of one cluster. */
export interface LabIstiods {
  readonly knobs: IstiodKnobs;
  /** One for each pod, those that crash included. */
  readonly instances: readonly IstiodInstance[];
  /** The pod that writes the ConfigMaps. */
  readonly leader: string | undefined;
  instance(pod: string): IstiodInstance;
  /** Starts the pods that are there. */
  start(): void;
  /** Starts every process anew in its pod, with what the Secret holds now. */
  restartAll(): void;
  /** Waits until everything that was written so far has been acted upon. */
  settled(): Promise<void>;
  stop(): void;
}

/** Does nothing until it is started. */
export function createIstiods(options: IstiodsOptions): LabIstiods {
  const { api, clock, cluster, namespace, podNetwork, remote = () => undefined, handsOff = () => false } = options;
  const knobs = createIstiodKnobs();
  const alarms = createAlarms(clock);
  const processes = new ControlPlane({ api, clock, alarms, knobs, cluster, namespace, remote, handsOff });
  const shared = { api, clock, alarms, knobs, namespace, podNetwork, processes, handsOff };
  const kubelet = new Kubelet({ ...shared, name: 'istiod', secret: 'cacerts' });
  const queue: StoreEvent[] = [];
  let letGo = (): void => undefined;

  /** Events wait until their writer is done: a controller never acts inside of somebody else's write. */
  function work(): void {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      kubelet.seen(event);
      processes.seen(event);
    }
  }

  return {
    knobs,
    get instances() {
      return processes.instances;
    },
    get leader() {
      return processes.leader;
    },
    instance(pod) {
      const found = processes.instances.find((one) => one.pod === pod);
      if (found === undefined) throw new Error(`No istiod runs in a pod ${pod}`);
      return found;
    },
    start() {
      kubelet.start();
      letGo = api.store.onWrite((event) => {
        queue.push(event);
        if (queue.length === 1) queueMicrotask(work);
      });
    },
    restartAll: () => kubelet.restartAll(),
    async settled() {
      while (queue.length > 0) await Promise.resolve();
    },
    stop() {
      letGo();
      alarms.close();
      processes.close();
    },
  };
}
