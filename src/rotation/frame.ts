/** What every change of one cluster begins with: the intent, the cluster, and what lies in it. */
import { done, stuck, take } from './decisions.ts';
import { clusterUnknown, noCacerts } from './findings/change.ts';
import { clusterUnreachable, intentUnseen } from './findings/publication.ts';
import type { Decision, Goal } from './goal.ts';
import { whyUnseen } from './judge.ts';
import { cacertsOf, clusterOf, expectedOf, signingOf, sourceFor } from './look.ts';
import type { CaCluster, CacertsObject, CaSource, CaState, Hold, Intent, IntentObject } from './model.ts';

export type ClusterGoal = Extract<Goal, { readonly cluster: string }>;

/** A change that is under way, as far as it can go on. */
export interface Frame {
  readonly state: CaState;
  readonly now: number;
  readonly intent: Intent;
  readonly object: IntentObject;
  readonly cluster: CaCluster;
  /** Undefined: there is no `cacerts`. */
  readonly cacerts: CacertsObject | undefined;
  readonly source: CaSource | undefined;
  /** Fingerprint of what the cluster signed with when the change began; undefined: nothing of ours. */
  readonly began: string | undefined;
}

/** Nothing is done without an intent of this very goal and a look at its cluster. */
export function frameOf(goal: ClusterGoal, state: CaState, now: number): { readonly frame: Frame } | { readonly decision: Decision } {
  if (!state.intent.ok) return { decision: stuck(intentUnseen(state)) };
  const object = state.intent.value;
  if (object === null || !isFor(object.intent.goal, goal)) return { decision: done(['Nothing is under way any more']) };
  const cluster = clusterOf(state, goal.cluster);
  if (cluster === undefined) return { decision: stuck(clusterUnknown(goal.cluster, state)) };
  const away = whyUnseen(cluster);
  if (away.length > 0) return { decision: stuck(clusterUnreachable(cluster, away)) };
  const { intent } = object;
  const frame: Frame = {
    state,
    now,
    intent,
    object,
    cluster,
    cacerts: cacertsOf(cluster),
    source: sourceFor(state, cluster),
    began: intent.baseline.signers[goal.cluster],
  };
  return { frame };
}

function isFor(own: Goal, goal: ClusterGoal): boolean {
  return own.kind === goal.kind && own.cluster === goal.cluster;
}

/** The same with a `cacerts` in it, without which there is nothing to go on with. */
export interface FullFrame extends Frame {
  readonly cacerts: CacertsObject;
}

export function fullFrameOf(
  goal: ClusterGoal,
  state: CaState,
  now: number,
): { readonly frame: FullFrame } | { readonly decision: Decision } {
  const found = frameOf(goal, state, now);
  if ('decision' in found) return found;
  const { frame } = found;
  if (frame.cacerts === undefined) return { decision: stuck(noCacerts(frame.cluster)) };
  return { frame: { ...frame, cacerts: frame.cacerts } };
}

/** The last step of a change: `says` is what is so now, one line each. */
export function close({ object }: Frame, outcome: 'done' | 'aborted', says: readonly string[]): Decision {
  return take({ kind: 'closeIntent', expects: expectedOf(object), outcome }, says.join('\n'));
}

/** A hold that was placed since this change began. Times in clusters have whole seconds at worst. */
export function holdSince({ cacerts, intent }: FullFrame): Hold | undefined {
  const { hold } = cacerts.record;
  return hold !== undefined && hold.at >= Math.floor(intent.createdAt / 1000) * 1000 ? hold : undefined;
}

/** True where the cluster signs with what it signed with at the beginning. */
export function signsAsBefore({ cacerts, began }: FullFrame): boolean {
  return signingOf(cacerts)?.fingerprint === began;
}
