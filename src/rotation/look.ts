/** Short ways to what a state shows. */
import type { ClusterIdentity } from '../mesh/model.ts';
import { lastingPath } from '../mesh/trust.ts';
import type { CacertsFacts } from '../pki/cacerts.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { Expected } from './goal.ts';
import type { CaCluster, CacertsObject, CaSource, CaState, IntentObject, SignerState, SourceSecret } from './model.ts';

export type GoodSource = SourceSecret & { readonly assembly: { readonly ok: true } };

export function clusterOf(state: CaState, name: string): CaCluster | undefined {
  return state.clusters.find(({ identity }) => identity.name === name);
}

/** The intent that was seen; undefined: there is none, or it could not be looked at. */
export function intentOf({ intent }: CaState): IntentObject | undefined {
  return intent.ok ? (intent.value ?? undefined) : undefined;
}

export function signerStateOf({ signer }: CaState): SignerState | undefined {
  return signer.ok ? signer.value : undefined;
}

/** The cluster of cert-manager and the intent; undefined where it is not among those looked at. */
export function signerIdentity(state: CaState): ClusterIdentity | undefined {
  return state.clusters.find(({ identity }) => identity.roles.includes('signer'))?.identity;
}

/** The Secret `cacerts` that was seen; undefined: there is none, or it could not be looked at. */
export function cacertsOf({ cacerts }: CaCluster): CacertsObject | undefined {
  return cacerts.ok ? (cacerts.value ?? undefined) : undefined;
}

/** What istiod signs with. */
export function signingOf(object: CacertsObject): Certificate | undefined {
  return object.facts.signing[0];
}

/** The root under which these data sign, whether or not it is still valid; undefined where they verify to none. */
export function rootOf(facts: CacertsFacts): Certificate | undefined {
  return lastingPath({ cacerts: { ok: true, value: facts } }).at(-1);
}

export function expectedOf({ uid, resourceVersion }: { readonly uid: string; readonly resourceVersion: string }): Expected {
  return { uid, resourceVersion };
}

/** What a source holds, where it gives a `cacerts`. */
export function goodSecretOf({ secret }: CaSource): GoodSource | undefined {
  if (!secret.ok || secret.value === null) return undefined;
  return isGood(secret.value) ? secret.value : undefined;
}

function isGood(secret: SourceSecret): secret is GoodSource {
  return secret.assembly.ok;
}

/** The sources of a cluster, the latest generation first. */
export function sourcesOf(state: CaState, cluster: string): readonly CaSource[] {
  const all = signerStateOf(state)?.sources ?? [];
  return all.filter((source) => source.cluster === cluster).toSorted((a, b) => b.generation - a.generation);
}

/**
 * The source that a cluster is to publish: the one under the root by which it signs, or by which it is to sign first. Where none is, the one of the first
 * generation, of which it is then said what is wrong.
 */
export function sourceFor(state: CaState, cluster: CaCluster): CaSource | undefined {
  const sources = sourcesOf(state, cluster.identity.name);
  const object = cacertsOf(cluster);
  const wanted = object === undefined ? state.policy.pinnedRoot : rootOf(object.facts)?.fingerprint;
  return sources.find((source) => rootOfSource(source)?.fingerprint === wanted) ?? sources.at(-1);
}

/** The root above what a source holds. */
export function rootOfSource(source: CaSource): Certificate | undefined {
  return goodSecretOf(source)?.assembly.path.at(-1);
}

/** Some clusters of a state, or all of them, in the order of the configuration. */
export function clustersIn(state: CaState, only: readonly string[] | undefined): readonly CaCluster[] {
  return only === undefined ? state.clusters : state.clusters.filter(({ identity }) => only.includes(identity.name));
}
