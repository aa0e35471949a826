/** What cannot be done without a right that only changing the authority needs (`deploy/rbac/writer.yaml`, `signer-writer.yaml`). */
import type { SetupRight } from '../../mesh/setup.ts';

const FEATURES = [
  'distribute',
  'rotate an intermediate',
  'rotate the root',
  'restart istiod',
  'distribute as soon as cert-manager has issued',
  'see every published bundle at once',
  'see which agents take roots at once',
] as const;

type Feature = (typeof FEATURES)[number];

/** Each rotation ends with a distribution, and the root's is one of every intermediate. */
const ALL = ['distribute', 'rotate an intermediate', 'rotate the root'] as const satisfies readonly Feature[];

/** By resource, with verb or name where another one of the same resource is for something else. */
const LOST: readonly (readonly [Partial<SetupRight>, readonly Feature[]])[] = [
  [{ resource: 'certificates/status' }, ['rotate an intermediate', 'rotate the root']],
  [{ resource: 'certificates' }, ['rotate the root']],
  [{ resource: 'clusterissuers' }, ['rotate the root']],
  [{ resource: 'deployments' }, ['restart istiod']],
  [{ resource: 'secrets', verb: 'list' }, ['distribute as soon as cert-manager has issued']],
  [{ resource: 'secrets', verb: 'watch' }, ['distribute as soon as cert-manager has issued']],
  [{ resource: 'configmaps', name: 'istio-ca-root-cert' }, ['see every published bundle at once']],
  [{ resource: 'configmaps', name: 'istio' }, ['see which agents take roots at once']],
];

/** In the order in which a person would ask for them. */
export function lostBy(missing: readonly SetupRight[]): readonly string[] {
  const lost = new Set<Feature>(missing.flatMap(featuresOf));
  return FEATURES.filter((feature) => lost.has(feature));
}

function featuresOf(right: SetupRight): readonly Feature[] {
  const found = LOST.find(([pattern]) => Object.entries(pattern).every(([field, value]) => right[field as keyof SetupRight] === value));
  return found?.[1] ?? ALL;
}
