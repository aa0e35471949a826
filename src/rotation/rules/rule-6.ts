import { nameOf, type RuleCase } from './case.ts';

/** istiod is never restarted while the API server of another cluster is away: it would come back without the endpoints there. */
export function remotesAreThere({ state, step }: RuleCase): readonly string[] {
  if (step.kind !== 'restart') return [];
  const away = state.clusters.filter((cluster) => nameOf(cluster) !== step.cluster && !cluster.api.ok);
  return away.map((cluster) => `The API server of ${nameOf(cluster)} is not seen to answer.`);
}
