import { DAY } from '../core/duration.ts';
import type { Severity } from './finding.ts';
import type { ClusterSnapshot } from './model.ts';
import { type ActiveRoot, activeRoots, belowRoot } from './trust.ts';

/** A rotation of the root waits for the life of every workload certificate twice, and for people in between. */
const PAGE_BELOW = 7 * DAY;
/** An intermediate ends so long before its root: what is renewed later would come too close to the end. */
const RESERVE = 30 * DAY;

/** A root, and how long it can still carry intermediates. */
export interface RootPlan extends ActiveRoot {
  /** The longest life of an intermediate under it, in milliseconds. */
  readonly intermediateLife: number;
  /** The next root has to sign by then: an intermediate that this one signs later would outlive it. UTC milliseconds. */
  readonly rotateBy: number;
}

/** The plan of life of each root under which something is signed. */
export function rootPlans(clusters: readonly ClusterSnapshot[]): readonly RootPlan[] {
  return activeRoots(clusters).map((active) => {
    const names = new Set(active.clusters.map(({ name }) => name));
    const signing = clusters.filter(({ identity }) => names.has(identity.name)).flatMap(({ cacerts }) => belowRoot(cacerts).slice(0, 1));
    const intermediateLife = Math.max(0, ...signing.map(({ notBefore, notAfter }) => notAfter - notBefore));
    return { ...active, intermediateLife, rotateBy: active.root.notAfter - intermediateLife - RESERVE };
  });
}

/** A ticket from where it has less life than two intermediates. A root of a short life is not a problem from its first day on. */
export function rootSeverity({ root: { notBefore, notAfter }, intermediateLife }: RootPlan, now: number): Severity | undefined {
  const life = notAfter - notBefore;
  const left = notAfter - now;
  if (left < Math.min(PAGE_BELOW, life / 4)) return 'page';
  return left < Math.min(2 * intermediateLife, life / 3) ? 'ticket' : undefined;
}
