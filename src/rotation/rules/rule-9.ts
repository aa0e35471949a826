import type { Goal } from '../goal.ts';
import { holds, isSame, nameOf, rootOf, type RuleCase, valueOf } from './case.ts';
import { changeOf } from './change.ts';

/** Only a root rotation that is under way changes the root under which a cluster signs, and a generation stays until nobody needs it. */
export function rootsChangeOnPurpose(one: RuleCase): readonly string[] {
  return [...withoutIntent(one), ...ofRoot(one), ...ofGeneration(one)];
}

function withoutIntent({ state, goal }: RuleCase): readonly string[] {
  if (goal.kind === 'distribute') return [];
  if (!state.intent.ok) return ['Whether this was asked for could not be looked at.'];
  const found = state.intent.value?.intent;
  return found !== undefined && sameGoal(found.goal, goal) ? [] : ['Nothing is on record that asks for this.'];
}

function sameGoal(a: Goal, b: Goal): boolean {
  const sorted = (goal: Goal) => JSON.stringify(Object.entries(goal).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}

function ofRoot(one: RuleCase): readonly string[] {
  const change = changeOf(one);
  if (one.goal.kind === 'root' || change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  if (change.before === null) return [];
  const present = rootOf(change.before.facts);
  // Data that verify to nothing sign under no root: what mends them has to be under the pinned one.
  const wanted = present?.fingerprint ?? one.state.policy.pinnedRoot;
  return wanted !== undefined && rootOf(change.after)?.fingerprint === wanted
    ? []
    : [`${nameOf(change.cluster)} would sign under another root.`];
}

function ofGeneration({ state, goal, step }: RuleCase): readonly string[] {
  if (step.kind !== 'retire' && step.kind !== 'createRoot' && step.kind !== 'createIssuer' && step.kind !== 'createIntermediate') return [];
  if (goal.kind !== 'root') return ['Only a root rotation makes or retires a generation.'];
  if (step.kind !== 'retire') return step.generation > 1 ? [] : ['The first generation is never made anew.'];
  const signer = valueOf(state.signer);
  if (signer === undefined) return ['The generations could not be looked at.'];
  const held = signer.sources.filter(({ generation }) => generation === step.generation).map(({ secret }) => valueOf(secret)?.assembly);
  const roots = held.flatMap((assembly) => (assembly?.ok === true ? assembly.roots : []));
  const signing = held.flatMap((assembly) => (assembly?.ok === true ? [assembly.signing] : []));
  return state.clusters.flatMap((cluster) => {
    const facts = valueOf(cluster.cacerts)?.facts;
    if (!cluster.cacerts.ok) return [`What ${nameOf(cluster)} signs with could not be looked at.`];
    if (facts === undefined) return [];
    const root = rootOf(facts);
    const uses = signing.some((one) => isSame(one, facts.signing[0])) || (root !== undefined && holds(roots, root));
    return uses ? [`${nameOf(cluster)} signs under generation ${step.generation}, which is to be retired.`] : [];
  });
}
