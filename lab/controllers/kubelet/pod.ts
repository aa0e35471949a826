/** The status of a pod and its container as the kubelet writes it. */
import { kubeTime, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
import { containerStatus, type ContainerState } from '../../scene/workloads.ts';

/** The container of a pod at one moment. */
export interface ContainerFacts {
  readonly startedAt: number;
  readonly restarts: number;
  /** It ended with code 255 right after it started. */
  readonly crashed: boolean;
}

const READINESS = new Set(['Ready', 'ContainersReady']);

/** The status: running and ready, or waiting for its next start after a crash. */
export function podStatus(pod: KubeObject, ip: string, { startedAt, restarts, crashed }: ContainerFacts): object {
  const at = kubeTime(startedAt);
  const terminated = { exitCode: 255, reason: 'Error', startedAt: at, finishedAt: at };
  const state: ContainerState = crashed
    ? {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off restarting failed container ${containerOf(pod).name} in pod ${pod.metadata.name}`,
        },
      }
    : { running: { startedAt: at } };
  const lastState = crashed || restarts > 0 ? { terminated } : {};
  const condition = (type: string): object => ({
    type,
    status: crashed && READINESS.has(type) ? 'False' : 'True',
    lastTransitionTime: at,
    reason: crashed && READINESS.has(type) ? 'ContainersNotReady' : null,
  });
  return {
    phase: 'Running',
    startTime: textAt(pod, 'status', 'startTime') ?? at,
    podIP: ip,
    podIPs: [{ ip }],
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    containerStatuses: [containerStatus({ ...containerOf(pod), ready: !crashed, restartCount: restarts, state, lastState })],
  };
}

/** The name and image of its one container. */
export function containerOf(pod: KubeObject): { name: string; image: string } {
  const [container] = listAt(pod, 'spec', 'containers');
  return { name: textAt(container, 'name') ?? '', image: textAt(container, 'image') ?? '' };
}
