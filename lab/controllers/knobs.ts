/** How the controllers of a cluster's istiod can be made to misbehave, for tests and for the demo. */

/** Stands for every pod, also one that is yet to come. */
export const EVERY_POD = '*';

/** Of one cluster. Pods are named by their names, which are good as long as they live, or all at once by {@link EVERY_POD}. */
export interface IstiodKnobs {
  /** How long the kubelet takes to bring a changed Secret to a pod that nobody touched; undefined: 60 to 90 s, by pod. */
  projectionMs: number | undefined;
  /** How long after a change of its files istiod reads them; 0 by default, 100 ms in reality. */
  debounceMs: number;
  /** Pods whose volume stays as it is, whatever is written or nudged. */
  readonly stuckVolumes: Set<string>;
  /** Pods to which a change comes so many milliseconds later than to the others, nudged or not. */
  readonly behind: Map<string, number>;
  /** Pods whose istiod does not notice that its files changed. */
  readonly deaf: Set<string>;
  /** What istiod says instead of taking changed files; undefined: it judges them itself. */
  refusal: string | undefined;
}

/** Everything as it should be. */
export function createIstiodKnobs(): IstiodKnobs {
  return { projectionMs: undefined, debounceMs: 0, stuckVolumes: new Set(), behind: new Map(), deaf: new Set(), refusal: undefined };
}

/** Whether a pod is among those that a knob names. */
export function concerns(pods: ReadonlySet<string>, pod: string): boolean {
  return pods.has(EVERY_POD) || pods.has(pod);
}

/** By how much a pod is behind the others, in milliseconds. */
export function lagOf({ behind }: IstiodKnobs, pod: string): number {
  return behind.get(pod) ?? behind.get(EVERY_POD) ?? 0;
}
