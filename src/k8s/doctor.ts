/** Tries everything that the product will ask of one cluster. It reads and asks; it changes nothing. */
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { OperatorError, toFailure } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { canaryObjects, type CanaryPlace } from '../mesh/canary.ts';
import type { Observed } from '../mesh/model.ts';
import type { ApiServerFacts, AuthorityNames, ClusterSetup, InsideFacts, KubeconfigFacts } from '../mesh/setup.ts';
import { ClusterClient } from './client.ts';
import { endsOf } from './credentials.ts';
import { readCanary } from './probing/canary-install.ts';
import type { PooledKubeConfig } from './pooled-kubeconfig.ts';
import { readCertificate } from './readers/certificates.ts';
import { Named } from './readers/objects.ts';
import { orMissing, orUnknownKind, shaped, type Reading } from './readers/reading.ts';
import { readVersion } from './readers/version.ts';
import { apiVersionOf, CERTIFICATES, CLUSTER_ISSUERS, DEPLOYMENTS, NAMESPACES, SELF_SUBJECT_REVIEWS, type Resource } from './resources.ts';
import { canaryAskerRights, readerRights, reviewRights, signerRights, signerWriterRights, writerRights, type Right } from './rights.ts';
import type { AuthorityTarget, ClusterTarget } from './target.ts';

export interface ClusterDoctorOptions {
  readonly target: ClusterTarget;
  readonly istioNamespace: string;
  readonly authority: AuthorityTarget;
  readonly canary: CanaryPlace;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Never rejects for what the cluster does: what could not be seen carries its failure. */
export async function tryCluster(options: ClusterDoctorOptions): Promise<ClusterSetup> {
  const { target, clock, random, signal } = options;
  let clockAheadMs: number | undefined;
  const onServerTime = (server: number, ours: number): void => {
    // The header is cut to whole seconds: on average half of one is missing.
    clockAheadMs ??= Math.round(server + 500 - ours);
  };
  let client: ClusterClient;
  try {
    client = new ClusterClient(target, { clock, random, onServerTime });
  } catch (error) {
    return { kubeconfig: { ok: false, failure: toFailure(error) }, api: undefined, inside: undefined };
  }
  try {
    const kubeconfig: ClusterSetup['kubeconfig'] = { ok: true, value: kubeconfigFacts(client.kubeconfig) };
    const reading: Reading = { client, signal, kubeconfigs: new Map() };
    const api = await observe<ApiServerFacts>(async () => {
      await readVersion(reading, clock);
      // The first call makes the connection; how long one takes is seen from the second.
      const { gitVersion, major, minor, latencyMs } = await readVersion(reading, clock);
      return { gitVersion, major, minor, latencyMs, clockAheadMs };
    });
    return { kubeconfig, api, inside: api.ok ? await lookInside(reading, options) : undefined };
  } finally {
    await client.close();
  }
}

function kubeconfigFacts(config: PooledKubeConfig): KubeconfigFacts {
  const plugin = config.getCurrentUser()?.exec as { readonly command?: string } | null | undefined;
  const cluster = config.getCurrentCluster();
  const { certificate, token } = endsOf(config);
  return {
    server: cluster?.server ?? '',
    execPlugin: plugin?.command,
    certificateEnds: certificate,
    tokenEnds: token,
    unverified: cluster?.skipTLSVerify ?? false,
  };
}

async function lookInside(reading: Reading, options: ClusterDoctorOptions): Promise<InsideFacts> {
  const { target, istioNamespace, authority, canary: place } = options;
  const { name } = target.identity;
  const signs = target.identity.roles.includes('signer');
  const intermediates = authority.intermediates[0]?.namespace ?? 'istio-ca';
  const needed = [...readerRights(istioNamespace), ...(signs ? signerRights(authority.root.namespace, intermediates) : [])];
  const toChange = [...writerRights(istioNamespace), ...(signs ? signerWriterRights(authority.root.namespace, intermediates) : [])];
  const [user, missingRights, missingWriteRights, missingAskerRights, everything, rootSecret, uid, istio, istioIds, canary, names] =
    await Promise.all([
      observe(() => whoAmI(reading)),
      observe(() => lacking(reading, needed)),
      observe(() => lacking(reading, toChange)),
      observe(() => lacking(reading, canaryAskerRights(place.namespace))),
      observe(() => may(reading, { group: '*', resource: '*', verb: '*', namespace: undefined, name: undefined })),
      signs ? observe(() => mayReadRoot(reading, authority.root)) : undefined,
      observe(async () => (await namespaceUid(reading, 'kube-system')) ?? ''),
      observe(async () => (await namespaceUid(reading, istioNamespace)) !== undefined),
      observe(() => istioIdsOf(reading, istioNamespace)),
      observe(() => readCanary(reading.client, canaryObjects(place, name, [name]), reading.signal)),
      signs ? authorityNames(reading, authority.root.namespace, intermediates) : undefined,
    ]);
  const facts = {
    user,
    missingRights,
    missingWriteRights,
    missingAskerRights,
    everything,
    rootSecret,
    uid,
    istioNamespace: istio,
    istioIds,
    canary,
  };
  return { ...facts, writeRights: toChange.length, authority: names };
}

const SelfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

async function whoAmI(reading: Reading): Promise<string> {
  const question = { apiVersion: apiVersionOf(SELF_SUBJECT_REVIEWS), kind: 'SelfSubjectReview' };
  const answer = await reading.client.review(SELF_SUBJECT_REVIEWS, question, { signal: reading.signal });
  return shaped(SelfReview, answer, 'the answer about ourselves', reading).status.userInfo.username;
}

async function lacking({ client, signal }: Reading, rights: readonly Right[]): Promise<readonly Right[]> {
  const reviewed = await reviewRights(client, rights, { signal });
  return reviewed.filter(({ allowed }) => !allowed).map(({ right }) => right);
}

async function may(reading: Reading, right: Right): Promise<boolean> {
  return (await lacking(reading, [right])).length === 0;
}

async function mayReadRoot(reading: Reading, { namespace, certificate }: AuthorityTarget['root']): Promise<boolean> {
  const name = await secretOfRoot(reading, namespace, certificate);
  return may(reading, { group: '', resource: 'secrets', verb: 'get', namespace, name });
}

/** Undefined where the Certificate may not be seen or is not there: then the question is about every Secret beside it. */
async function secretOfRoot(reading: Reading, namespace: string, certificate: string): Promise<string | undefined> {
  try {
    return (await readCertificate(reading, namespace, certificate))?.secretName;
  } catch (error) {
    if (error instanceof OperatorError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}

async function namespaceUid(reading: Reading, name: string): Promise<string | undefined> {
  const object = await orMissing(reading.client.get(NAMESPACES, { name }, { signal: reading.signal }));
  return object === undefined ? undefined : shaped(Named, object, `the namespace ${name}`, reading).metadata.uid;
}

const Environment = z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]);
const Istiod = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.object({ env: Environment })) }) }) }),
});

async function istioIdsOf(reading: Reading, namespace: string): Promise<readonly string[]> {
  const items = await reading.client.list(DEPLOYMENTS, { namespace, labelSelector: 'app=istiod', signal: reading.signal });
  const ids = items
    .flatMap((item) => shaped(Istiod, item, 'a Deployment', reading).spec.template.spec.containers)
    .flatMap(({ env }) => env.filter(({ name }) => name === 'CLUSTER_ID'))
    .flatMap(({ value }) => (value === undefined ? [] : [value]));
  return [...new Set(ids)];
}

async function authorityNames(reading: Reading, root: string, intermediates: string): Promise<AuthorityNames> {
  const [issuers, roots, others] = await Promise.all([
    observe(() => namesOf(reading, CLUSTER_ISSUERS)),
    observe(() => namesOf(reading, CERTIFICATES, root)),
    observe(() => namesOf(reading, CERTIFICATES, intermediates)),
  ]);
  const kinds: Observed<boolean> = roots.ok ? { ok: true, value: roots.value !== undefined } : roots;
  return { kinds, issuers: listed(issuers), roots: listed(roots), intermediates: listed(others) };
}

async function namesOf(reading: Reading, resource: Resource, namespace?: string): Promise<readonly string[] | undefined> {
  const place = namespace === undefined ? {} : { namespace };
  const items = await orUnknownKind(reading.client.list(resource, { ...place, signal: reading.signal }));
  return items?.map((item) => shaped(Named, item, `one of ${resource.plural}`, reading).metadata.name);
}

function listed(names: Observed<readonly string[] | undefined>): Observed<readonly string[]> {
  return names.ok ? { ok: true, value: names.value ?? [] } : names;
}

async function observe<T>(work: () => Promise<T>): Promise<Observed<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}
