/** The Leases by which the kubelets of a cluster say that their nodes live: renewed on the clock of the node. */
import type { LabClock } from '../clock.ts';
import { createAlarms } from '../controllers/timers.ts';
import type { LabCluster } from '../kubernetes/cluster.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { NODE } from './workloads.ts';

const NAMESPACE = 'kube-node-lease';
const DURATION_S = 40;
/** The kubelet renews at a quarter of the duration. */
const EVERY_MS = 10_000;

/** How far the clock of a cluster's machine is from the lab's, in milliseconds. */
export interface Skew {
  ms: number;
}

export interface NodeLeases {
  /** Renews now, as the kubelet does every ten seconds. */
  renew(): void;
  stop(): void;
}

/** Renews the Lease of the one node until it is stopped. */
export function startNodeLeases(api: LabCluster, clock: LabClock, skew: Skew): NodeLeases {
  const alarms = createAlarms(clock);
  const renew = (): void => void api.store.put(lease(clock.now() + skew.ms), { manager: 'kubelet' });
  const again = (): void => {
    renew();
    alarms.at(clock.now() + EVERY_MS, again);
  };
  again();
  return { renew, stop: () => alarms.close() };
}

function lease(at: number): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: NAMESPACE, name: NODE },
    spec: { holderIdentity: NODE, leaseDurationSeconds: DURATION_S, renewTime: microTime(at) },
  };
}

/** As Kubernetes writes a MicroTime. */
function microTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
