/** Where a root rotation leads, and how far each cluster is on the way, read off the certificates. */
import type { Certificate } from '../../pki/certificate.ts';
import type { Goal } from '../goal.ts';
import { cacertsOf, goodSecretOf, rootOf, rootOfSource, signerStateOf } from '../look.ts';
import type { CaCluster, CacertsObject, CaSource, CaState, Generation, IntentObject, RootGeneration } from '../model.ts';

export type RootGoal = Extract<Goal, { readonly kind: 'root' }>;

/** One cluster on its way between two roots. */
export interface Position {
  readonly name: string;
  readonly cluster: CaCluster;
  readonly object: CacertsObject;
  /** Fingerprint of the root under which it signs; undefined where its chain verifies to none. */
  readonly signer: string | undefined;
  /** Fingerprints of the roots that it publishes, each once. */
  readonly roots: readonly string[];
}

export interface Course {
  readonly goal: RootGoal;
  readonly state: CaState;
  readonly now: number;
  readonly intent: IntentObject | undefined;
  readonly direction: 'forward' | 'back';
  /** The generation that signed at the beginning; the new one is the next. */
  readonly old: Generation;
  readonly new: Generation;
  /** Fingerprints of the roots of both; the new one is not known before it was issued. */
  readonly oldRoot: string | undefined;
  readonly newRoot: string | undefined;
  /** Clusters whose `cacerts` was seen. */
  readonly positions: readonly Position[];
  /** The longest that a workload certificate may live, in milliseconds. */
  readonly leafLifeMs: number;
}

export function courseOf(goal: RootGoal, state: CaState, now: number, intent?: IntentObject): Course {
  const old = intent?.intent.baseline.generation ?? startingGeneration(state);
  const positions = state.clusters.flatMap(positionOf);
  const oldRoot = rootOfGeneration(state, old) ?? onlyOne(intent?.intent.baseline.roots ?? signersOf(positions));
  const signers = signersOf(positions);
  const common = signers.length === 1 && signers[0] !== oldRoot ? signers[0] : undefined;
  return {
    goal,
    state,
    now,
    intent,
    direction: intent?.intent.direction ?? 'forward',
    old,
    new: old + 1,
    oldRoot,
    newRoot: rootOfGeneration(state, old + 1) ?? common,
    positions,
    leafLifeMs: Math.max(state.policy.leafLifeMs, intent?.intent.baseline.leafLifeMs ?? 0),
  };
}

function positionOf(cluster: CaCluster): readonly Position[] {
  const object = cacertsOf(cluster);
  if (object === undefined) return [];
  const roots = [...new Set(object.facts.roots.map(({ fingerprint }) => fingerprint))];
  return [{ name: cluster.identity.name, cluster, object, signer: rootOf(object.facts)?.fingerprint, roots }];
}

function signersOf(positions: readonly Position[]): readonly string[] {
  return [...new Set(positions.flatMap(({ signer }) => (signer === undefined ? [] : [signer])))];
}

/** The generation from which a rotation sets out: the earliest that is there, so that one which was begun is gone on with. */
export function startingGeneration(state: CaState): Generation {
  const there = (signerStateOf(state)?.generations ?? []).filter(isPresent).map(({ generation }) => generation);
  return there.length === 0 ? 1 : Math.min(...there);
}

function isPresent({ certificate, issuer }: RootGeneration): boolean {
  return certificate !== null || issuer !== null;
}

export function generationOf({ state }: Course, generation: Generation): RootGeneration | undefined {
  return signerStateOf(state)?.generations.find((one) => one.generation === generation && isPresent(one));
}

export function sourceOf({ state }: Course, cluster: string, generation: Generation): CaSource | undefined {
  return signerStateOf(state)?.sources.find((source) => source.cluster === cluster && source.generation === generation);
}

/** Intermediates of a generation that are there and readable. */
export function intermediatesOf(course: Course, generation: Generation): readonly Certificate[] {
  const sources = signerStateOf(course.state)?.sources ?? [];
  return sources.flatMap((source) => {
    const good = source.generation === generation ? goodSecretOf(source) : undefined;
    return good?.assembly.ok === true ? [good.assembly.signing] : [];
  });
}

function rootOfGeneration(state: CaState, generation: Generation): string | undefined {
  const sources = (signerStateOf(state)?.sources ?? []).filter((source) => source.generation === generation);
  return onlyOne(sources.flatMap((source) => rootOfSource(source)?.fingerprint ?? []));
}

/** The one value of a list that may name it several times. */
function onlyOne(values: readonly string[]): string | undefined {
  const distinct = new Set(values);
  return distinct.size === 1 ? values[0] : undefined;
}

/** The root that is to sign at the end of the way, and the one that goes. */
export function endsOf({ direction, oldRoot, newRoot }: Course): { readonly to: string | undefined; readonly from: string | undefined } {
  return direction === 'forward' ? { to: newRoot, from: oldRoot } : { to: oldRoot, from: newRoot };
}

/** Every istiod of every cluster takes new roots without a restart. */
export function takesRoots({ istiods }: CaCluster): boolean {
  return istiods.ok && istiods.value.every(({ flags }) => flags.multiRoot);
}

/** Agents are told to take bundles as they are pushed. */
export function pushesRoots(cluster: CaCluster): boolean {
  return takesRoots(cluster) && cluster.istiods.ok && cluster.istiods.value.every(({ flags }) => flags.xdsAgent);
}

/**
 * New roots need not be waited for. The flags say what agents were told, not that each proxy was made anew since: only ever where that margin was given up by
 * approving the fast way.
 */
export function trustsAtOnce({ goal, state }: Course): boolean {
  return goal.speed === 'fast' && state.clusters.every(pushesRoots);
}
