import type { Clock } from '../core/clock.ts';
import { OperatorError, toFailure, type Failure, type Reason } from '../core/errors.ts';
import type { AuthorityFacts, ClusterIdentity, ClusterSnapshot, Observed, Snapshot } from '../mesh/model.ts';
import type { ClusterClient } from './client.ts';
import { readAuthority } from './readers/authority.ts';
import { readCacerts } from './readers/cacerts.ts';
import { readDeployments } from './readers/deployments.ts';
import { readEastWest } from './readers/east-west.ts';
import { firstInjected, readNamespaces } from './readers/namespaces.ts';
import type { KubeconfigMemo, Reading } from './readers/reading.ts';
import { readRemoteSecrets } from './readers/remote-secrets.ts';
import { readTrust } from './readers/trust.ts';
import { readVersion } from './readers/version.ts';
import type { AuthorityTarget } from './target.ts';

/** A cluster that is looked at: its client, or why there can be none. */
export interface Member {
  readonly identity: ClusterIdentity;
  readonly application: string | undefined;
  readonly client: { readonly ok: true; readonly value: ClusterClient } | { readonly ok: false; readonly failure: Failure };
}

export interface CollectOptions {
  readonly members: readonly Member[];
  readonly istioNamespace: string;
  /** Undefined where nobody said which cluster signs. */
  readonly authority: { readonly signer: Member; readonly target: AuthorityTarget } | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many clusters are looked at at a time. */
  readonly concurrency: number;
}

/** Istio's own Deployments carry it, whatever their revision. */
const ISTIOD = 'app=istiod';

/**
 * Looks at every cluster at once, and at all of a cluster at once, in at most three calls after one another. What could not be seen is data: it never
 * throws for a cluster. One that does not answer at all is asked once and not for each of its parts.
 *
 * @throws OperatorError with reason `cancelled` when `signal` is aborted: what was stopped half-way must not pass for clusters that cannot be reached.
 */
export async function collectMesh(options: CollectOptions): Promise<Snapshot> {
  const { members, authority, clock } = options;
  const wanted = authority === undefined || members.includes(authority.signer) ? members : [...members, authority.signer];
  const kubeconfigs: KubeconfigMemo = new Map();
  const all = await inTurns(wanted, options.concurrency, (member) => look(member, options, kubeconfigs));
  if (options.signal.aborted) throw stopped(options.signal.reason);
  const clusters = all.filter(({ member }) => members.includes(member)).map(({ snapshot }) => snapshot);
  const signed = all.find(({ member }) => member === authority?.signer)?.authority;
  return { at: clock.now(), clusters, authority: signed ?? noSigner() };
}

interface Looked {
  readonly member: Member;
  readonly snapshot: ClusterSnapshot;
  readonly authority: Observed<AuthorityFacts> | undefined;
}

async function look(member: Member, options: CollectOptions, kubeconfigs: KubeconfigMemo): Promise<Looked> {
  const { identity, client } = member;
  const target = options.authority?.signer === member ? options.authority.target : undefined;
  if (!client.ok) return blind(member, client, target);
  const reading = { client: client.value, signal: options.signal, kubeconfigs };
  const api = await observe(readVersion(reading, options.clock));
  if (!api.ok && SILENT.has(api.failure.reason)) return blind(member, api, target);
  const [parts, authority] = await Promise.all([
    readParts(reading, member, options),
    target === undefined ? undefined : observe(readAuthority(reading, target)),
  ]);
  return { member, snapshot: { identity, api, ...parts }, authority };
}

/** Failures of the first call that every other would meet too. A server that refuses to say its version may well answer the rest. */
export const SILENT: ReadonlySet<Reason> = new Set(['unreachable', 'timeout', 'tls', 'unauthorized', 'protocol', 'invalid', 'cancelled']);

/** Why a look was given up. */
export function stopped(reason: unknown): OperatorError {
  if (reason instanceof OperatorError) return reason;
  return new OperatorError({ reason: 'cancelled', what: 'Cannot look at the mesh', why: 'it was cancelled', cause: reason });
}

/** Nothing of the cluster was seen, all of it for the same reason. */
function blind(member: Member, failed: { readonly ok: false; readonly failure: Failure }, target: AuthorityTarget | undefined): Looked {
  const { identity } = member;
  const snapshot = { identity, api: failed, istiod: failed, cacerts: failed, trust: failed, eastWest: failed, remoteSecrets: failed };
  return { member, snapshot, authority: target === undefined ? undefined : failed };
}

async function readParts(
  reading: Reading,
  member: Member,
  { istioNamespace }: CollectOptions,
): Promise<Omit<ClusterSnapshot, 'identity' | 'api'>> {
  const namespaces = readNamespaces(reading);
  const application =
    member.application === undefined ? namespaces.then((all) => firstInjected(all, istioNamespace)) : Promise.resolve(member.application);
  const [istiod, cacerts, trust, eastWest, remoteSecrets] = await Promise.all([
    observe(readDeployments(reading, istioNamespace, ISTIOD)),
    observe(readCacerts(reading, istioNamespace)),
    observe(readTrust(reading, istioNamespace, application)),
    observe(readEastWest(reading, istioNamespace, namespaces)),
    observe(readRemoteSecrets(reading, istioNamespace)),
  ]);
  return { istiod, cacerts, trust, eastWest, remoteSecrets };
}

/** A failure becomes data. */
export async function observe<T>(reading: Promise<T>): Promise<Observed<T>> {
  try {
    return { ok: true, value: await reading };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

/** Nobody said which cluster signs. */
export function noSigner(): { readonly ok: false; readonly failure: Failure } {
  const next = 'Give one cluster the role signer in the configuration; `meshwarden init` asks for it.';
  return { ok: false, failure: { reason: 'invalid', message: 'Nobody said in which cluster cert-manager keeps the root', next } };
}

/** Results in the order of the items, with at most `concurrency` under way. */
export async function inTurns<T, R>(items: readonly T[], concurrency: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, item] = next;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return results;
}
