import type { Goal } from '../rotation/goal.ts';
import type { Baseline, CaState } from '../rotation/model.ts';
import { startingGeneration } from '../rotation/root/course.ts';

/** What a change sets out from, as far as it cannot be read off the certificates later. */
export function baselineOf(goal: Goal, state: CaState): Baseline {
  const signers: Record<string, string> = {};
  const contents: Record<string, string> = {};
  const roots = new Set<string>();
  for (const { identity, cacerts } of state.clusters) {
    const object = cacerts.ok ? cacerts.value : null;
    contents[identity.name] = object?.contentId ?? '';
    const signing = object?.facts.signing[0];
    if (signing !== undefined) signers[identity.name] = signing.fingerprint;
    for (const { fingerprint } of object?.facts.roots ?? []) roots.add(fingerprint);
  }
  return {
    signers,
    contents,
    revision: revisionOf(goal, state),
    roots: [...roots].toSorted(),
    generation: goal.kind === 'root' ? startingGeneration(state) : generationOf(state),
    leafLifeMs: state.policy.leafLifeMs,
  };
}

/** The generation of which most clusters sign with a source; 1 where none is known. */
function generationOf({ clusters, signer }: CaState): number {
  const sources = signer.ok ? signer.value.sources : [];
  const counts = new Map<number, number>();
  for (const { identity, cacerts } of clusters) {
    const signing = cacerts.ok ? cacerts.value?.facts.signing[0] : undefined;
    const root = cacerts.ok ? signing?.issuerDer : undefined;
    const source = sources.find(
      ({ cluster, secret }) =>
        cluster === identity.name && secret.ok && secret.value?.assembly.ok === true && secret.value.assembly.signing.issuerDer === root,
    );
    if (source !== undefined) counts.set(source.generation, (counts.get(source.generation) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([first, a], [second, b]) => b - a || first - second);
  return most?.[0] ?? 1;
}

function revisionOf(goal: Goal, { signer }: CaState): number | undefined {
  if (goal.kind !== 'intermediate' && goal.kind !== 'emergency') return undefined;
  const sources = signer.ok ? signer.value.sources.filter(({ cluster }) => cluster === goal.cluster) : [];
  return sources.toSorted((a, b) => b.generation - a.generation)[0]?.certificate?.revision;
}
