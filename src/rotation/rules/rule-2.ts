import { sameBundle } from '../../pki/bundle.ts';
import { nameOf, type RuleCase } from './case.ts';
import { type Change, changeOf } from './change.ts';

/** The bytes of `root-cert.pem` stay as they are in everything but a change of the root. An emergency may write the same set once more. */
export function rootBytesStay(one: RuleCase): readonly string[] {
  const change = changeOf(one);
  if (change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  if (change.before === null || mayDiffer(change, one)) return [];
  const same = change.before.facts.rootBytesSha256 === change.after.rootBytesSha256;
  return same
    ? []
    : [`The bytes of root-cert.pem in ${nameOf(change.cluster)} would change, and ${one.goal.kind} is no change of the root.`];
}

function mayDiffer({ before, after, step }: Change, { goal }: RuleCase): boolean {
  if (goal.kind === 'root' || goal.kind === 'adopt') return true;
  if (goal.kind === 'restore') return step.kind === 'restore';
  return goal.kind === 'emergency' && step.kind !== 'restore' && sameBundle(before?.facts.roots ?? [], after.roots);
}
