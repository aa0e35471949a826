import type { Failure } from '../../core/errors.ts';
import type { CaCluster, CaState, IntentObject, SignerState } from '../../rotation/model.ts';
import type { Observed } from '../../mesh/model.ts';
import type { ServerTime } from '../caller.ts';
import { inTurns, noSigner, observe, SILENT, stopped, type Member } from '../collect.ts';
import type { Reading } from '../readers/reading.ts';
import { readVersion } from '../readers/version.ts';
import { stateNamespace, type LookOptions, type StepContext } from './context.ts';
import { readIntent } from './intent.ts';
import { probeIstiods } from './probe.ts';
import { readBackups, readCacertsObject } from './read-cacerts.ts';
import { readIstiods } from './read-istiods.ts';
import { readPublished } from './read-published.ts';
import { readSigner } from './read-signer.ts';
import { skewOf } from './skew.ts';

/** How many clusters are looked at at a time. */
const CONCURRENCY = 12;

interface Seen {
  readonly cluster: CaCluster;
  readonly signer: Observed<SignerState> | undefined;
  readonly intent: Observed<IntentObject | null> | undefined;
}

/**
 * Looks at the authority in every cluster, and at all of a cluster at once. A cluster that does not answer is asked once.
 * @throws OperatorError with reason `cancelled` when the signal is aborted.
 */
export async function lookAtAuthority({ only, probe }: LookOptions, context: StepContext): Promise<CaState> {
  const { members, signer, policy, clock, signal } = context;
  const wanted = members.filter(({ identity }) => only === undefined || only.includes(identity.name));
  const all = signer === undefined || wanted.includes(signer) ? wanted : [...wanted, signer];
  const seen = await inTurns(all, CONCURRENCY, (member) => look(member, probe, context));
  if (signal.aborted) throw stopped(signal.reason);
  const bySigner = seen[signer === undefined ? -1 : all.indexOf(signer)];
  return {
    at: clock.now(),
    policy,
    clusters: seen.slice(0, wanted.length).map(({ cluster }) => cluster),
    intent: bySigner?.intent ?? noSigner(),
    signer: bySigner?.signer ?? noSigner(),
  };
}

async function look(member: Member, probe: LookOptions['probe'], context: StepContext): Promise<Seen> {
  const { signer, target, clock, signal } = context;
  const signs = member === signer;
  if (!member.client.ok) return blind(member, member.client, signs);
  const reading: Reading = { client: member.client.value, signal, kubeconfigs: new Map() };
  const times: ServerTime[] = [];
  const api = await observe(readVersion(reading, clock, { onServerTime: (time) => void times.push(time) }));
  if (!api.ok && SILENT.has(api.failure.reason)) return blind(member, api, signs);
  const [parts, signerState, intent] = await Promise.all([
    readParts(reading, member, context),
    signs ? observe(readSigner(reading, target)) : undefined,
    signs ? observe(readIntent(reading, stateNamespace(target))) : undefined,
  ]);
  const istiods = await probeIstiods(parts, probe, { ...context, client: reading.client });
  const skewMs = skewOf(times, member.identity.name);
  return { cluster: { identity: member.identity, api, skewMs, ...parts, istiods, proxies: undefined }, signer: signerState, intent };
}

type Parts = Pick<CaCluster, 'cacerts' | 'istiods' | 'published' | 'backups'>;

async function readParts(reading: Reading, { application }: Member, { istioNamespace }: StepContext): Promise<Parts> {
  const namespaces = application === undefined ? [istioNamespace] : [istioNamespace, application];
  const [cacerts, istiods, published, backups] = await Promise.all([
    observe(readCacertsObject(reading, istioNamespace)),
    observe(readIstiods(reading, istioNamespace)),
    observe(readPublished(reading, namespaces)),
    observe(readBackups(reading, istioNamespace)),
  ]);
  return { cacerts, istiods, published, backups };
}

/** Nothing of the cluster was seen, all of it for the same reason. */
function blind({ identity }: Member, failed: { readonly ok: false; readonly failure: Failure }, signs: boolean): Seen {
  const parts = { api: failed, skewMs: failed, cacerts: failed, istiods: failed, published: failed, backups: failed };
  return { cluster: { identity, ...parts, proxies: undefined }, signer: signs ? failed : undefined, intent: signs ? failed : undefined };
}
