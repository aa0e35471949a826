/** Whether what cert-manager issued for a cluster may be published there now, and if not, why not. */
import { crossCheckCacerts } from '../pki/cross-check-cacerts.ts';
import { CACERTS_KEYS, type CacertsFacts } from '../pki/cacerts.ts';
import type { Certificate } from '../pki/certificate.ts';
import { formatDuration } from '../core/duration.ts';
import type { Finding } from '../mesh/finding.ts';
import { crlInTheWay, istiodNotReady, istiodRefuses, noIstiod, restartNeeded, withoutCacerts } from './findings/istiod.ts';
import * as told from './findings/publication.ts';
import { sourceMissing, sourceUnseen, unfitSource } from './findings/source.ts';
import type { Step } from './goal.ts';
import { askIstiods } from './istiod-gate.ts';
import { cacertsOf, expectedOf, type GoodSource, goodSecretOf, rootOf, signingOf, sourceFor } from './look.ts';
import { marginOf } from './margin.ts';
import type { CaCluster, CacertsObject, CaSource, CaState } from './model.ts';

export type WriteStep = Extract<Step, { readonly kind: 'write' }>;

export type Verdict =
  /** It is published already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'write'; readonly step: WriteStep; readonly signing: Certificate }
  /** Somebody has to mend something. */
  | { readonly kind: 'refuse'; readonly finding: Finding }
  /** The cluster is away or not well: caught up by itself later. */
  | { readonly kind: 'skip'; readonly finding: Finding }
  | { readonly kind: 'wait'; readonly until: number; readonly says: string };

export interface JudgeOptions {
  /** Instead of the margin that the skew asks for, in milliseconds. */
  readonly marginMs?: number;
  /** Data of somebody else are taken over, and a restart is asked for on its own. */
  readonly takeOver?: boolean;
  readonly revoke?: readonly string[];
  readonly crl?: string;
}

interface Case {
  readonly state: CaState;
  readonly now: number;
  readonly cluster: CaCluster;
  readonly object: CacertsObject | undefined;
  readonly source: CaSource;
  readonly secret: GoodSource;
  readonly signing: Certificate;
  readonly options: JudgeOptions;
}

/** Total: any state gives a verdict. */
export function judge(state: CaState, cluster: CaCluster, now: number, options: JudgeOptions = {}): Verdict {
  const away = whyUnseen(cluster);
  if (away.length > 0) return skip(told.clusterUnreachable(cluster, away));
  const source = sourceFor(state, cluster);
  const found = findSource(state, cluster, source);
  if (found.finding !== undefined) return refuse(found.finding);
  const { secret } = found;
  const object = cacertsOf(cluster);
  const { signing } = secret.assembly;
  const one: Case = { state, now, cluster, object, source: found.source, secret, signing, options };
  if (object !== undefined && isPublished(object, secret) && (options.takeOver !== true || object.ownership.kind === 'meshwarden')) {
    return { kind: 'same' };
  }
  const refusal = whyNotHere(one) ?? whyNotThis(one);
  if (refusal !== undefined) return refuse(refusal);
  return judgeData(one);
}

/** What of a cluster could not be looked at, one sentence each. */
export function whyUnseen({ api, cacerts, istiods }: CaCluster): readonly string[] {
  return [...new Set([api, cacerts, istiods].flatMap((part) => (part.ok ? [] : [part.failure.message])))];
}

type Found = { readonly finding: Finding } | { readonly finding: undefined; readonly source: CaSource; readonly secret: GoodSource };

function findSource(state: CaState, cluster: CaCluster, source: CaSource | undefined): Found {
  if (!state.signer.ok) return { finding: sourceUnseen(cluster, state.signer.failure.message, state) };
  if (source === undefined) return { finding: sourceMissing(cluster, source, state) };
  if (!source.secret.ok) return { finding: sourceUnseen(cluster, source.secret.failure.message, state) };
  const secret = goodSecretOf(source);
  if (secret !== undefined) return { finding: undefined, source, secret };
  const bad = source.secret.value;
  if (bad === null || bad.assembly.ok) return { finding: sourceMissing(cluster, source, state) };
  return { finding: unfitSource(cluster, source, bad.assembly.faults, state) };
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([...CACERTS_KEYS, 'ca-crl.pem']);

/** Signing certificate, chain and key are those of the source, and nothing foreign lies beside them. */
function isPublished({ facts }: CacertsObject, { assembly }: GoodSource): boolean {
  const next = assembly.facts;
  return (
    facts.faults.length === 0 &&
    CACERTS_KEYS.every((key) => facts.keys.includes(key)) &&
    facts.keys.every((key) => KNOWN_KEYS.has(key)) &&
    fingerprints(facts.signing) === fingerprints(next.signing) &&
    fingerprints(facts.chain) === fingerprints(next.chain) &&
    facts.key?.publicKeyFingerprint === next.key?.publicKeyFingerprint
  );
}

function fingerprints(certificates: readonly Certificate[]): string {
  return certificates.map(({ fingerprint }) => fingerprint).join(' ');
}

/** What in the cluster stands in the way of any publication. */
function whyNotHere(one: Case): Finding | undefined {
  const { cluster, object, secret, signing, state, options } = one;
  const root = secret.assembly.path.at(-1) ?? signing;
  const { pinnedRoot } = state.policy;
  if (object !== undefined) return whyNotOver(one, object) ?? whyNotUnder(root, object, one);
  if (pinnedRoot !== root.fingerprint) return told.rootNotPinned(cluster, root, pinnedRoot);
  const runs = cluster.istiods.ok && cluster.istiods.value.length > 0;
  return runs && options.takeOver !== true ? withoutCacerts(cluster) : undefined;
}

/** What keeps these data from being written over. */
function whyNotOver({ cluster, signing, options }: Case, object: CacertsObject): Finding | undefined {
  const { record, ownership, facts } = object;
  if (!cluster.backups.ok) return told.backupsUnseen(cluster, cluster.backups.failure.message);
  if (record.revoked.includes(signing.fingerprint)) return told.revoked(cluster, signing);
  if (record.hold?.fingerprint === signing.fingerprint) return told.held(cluster, record.hold);
  if (ownership.kind !== 'meshwarden' && options.takeOver !== true) return told.ownedByOther(cluster, object);
  if (object.immutable) return told.immutable(cluster);
  const isOther = signingOf(object)?.fingerprint !== signing.fingerprint;
  return facts.keys.includes('ca-crl.pem') && options.crl === undefined && isOther ? crlInTheWay(cluster) : undefined;
}

/** A publication never changes the root under which a cluster signs. */
function whyNotUnder(root: Certificate, object: CacertsObject, { cluster, state }: Case): Finding | undefined {
  const present = rootOf(object.facts);
  const fits = present === undefined ? state.policy.pinnedRoot === root.fingerprint : present.fingerprint === root.fingerprint;
  return fits && trusts(object, root) ? undefined : told.rootDiffers(cluster, present, root);
}

/** In the other style the root stands in `ca.crt`, of which the facts tell nothing. */
function trusts({ facts }: CacertsObject, root: Certificate): boolean {
  return facts.keys.includes('tls.crt') || facts.roots.some(({ fingerprint }) => fingerprint === root.fingerprint);
}

/** What keeps this very certificate out of the cluster. */
function whyNotThis({ cluster, object, signing, state }: Case): Finding | undefined {
  const present = object === undefined ? undefined : signingOf(object);
  if (present !== undefined && signing.notBefore < present.notBefore) return told.olderThanPresent(cluster, signing, present);
  const others = clustersWithKey(state, cluster, signing.publicKeyFingerprint);
  return others.length === 0 ? undefined : told.keyInTwoClusters(cluster, others);
}

function clustersWithKey(state: CaState, { identity }: CaCluster, key: string): readonly string[] {
  const signing = state.clusters.filter((other) => {
    const object = cacertsOf(other);
    return other.identity.name !== identity.name && object !== undefined && signingOf(object)?.publicKeyFingerprint === key;
  });
  const sources = state.signer.ok ? state.signer.value.sources : [];
  const issued = sources.filter(
    (source) => source.cluster !== identity.name && goodSecretOf(source)?.assembly.signing.publicKeyFingerprint === key,
  );
  return [...new Set([...signing.map((other) => other.identity.name), ...issued.map(({ cluster }) => cluster)])];
}

/** Faults of roots that stay as they are: a publication neither makes nor mends them. */
const OF_KEPT_ROOTS: ReadonlySet<string> = new Set(['duplicate-roots']);

function judgeData(one: Case): Verdict {
  const { cluster, object, secret, source, state, now, options } = one;
  const margin = marginOf(state);
  const marginMs = options.marginMs ?? margin.ms;
  const from = Math.max(...secret.assembly.path.map(({ notBefore }) => notBefore)) + marginMs;
  const next = dataToBe(one);
  const promotion = { renewBeforeMs: state.policy.renewBeforeMs };
  const kept = object !== undefined;
  const faults = crossCheckCacerts(next, { now: Math.max(now, from), skewMs: marginMs, promotion }).filter(
    ({ code, key }) =>
      code !== 'too-fresh' && !(kept && (OF_KEPT_ROOTS.has(code) || (code === 'not-canonical' && key === 'root-cert.pem'))),
  );
  if (faults.length > 0) return refuse(unfitSource(cluster, source, faults, state));
  const gate = askIstiods(cluster, object, next, Math.max(now, from));
  if (gate.kind === 'refuses') return refuse(istiodRefuses(cluster, gate.says));
  if (gate.kind === 'restart' && options.takeOver !== true) return refuse(restartNeeded(cluster, gate.pods));
  const unwell = whyNotWell(cluster, object, now);
  if (unwell !== undefined) return skip(unwell);
  if (from > now) {
    const says = `the new certificate of ${cluster.identity.name} is published ${formatDuration(marginMs)} after its beginning`;
    return { kind: 'wait', until: from, says };
  }
  return { kind: 'write', step: writeStep(one), signing: one.signing };
}

/** The four files as they would be: those of the source, with the roots that are there. */
function dataToBe({ object, secret }: Case): CacertsFacts {
  const next = secret.assembly.facts;
  if (object === undefined || object.facts.rootBytesSha256 === undefined) return next;
  const ofRoots = object.facts.remarks.filter(({ key }) => key === 'root-cert.pem');
  return { ...next, roots: object.facts.roots, rootBytesSha256: object.facts.rootBytesSha256, remarks: [...next.remarks, ...ofRoots] };
}

/** Istiod has to be well before a write, or its proof says nothing; where the present data are what makes it ill, a write is what mends it. */
function whyNotWell(cluster: CaCluster, object: CacertsObject | undefined, now: number): Finding | undefined {
  if (!cluster.istiods.ok || object === undefined) return undefined;
  if (cluster.istiods.value.length === 0) return noIstiod(cluster);
  const not = cluster.istiods.value.filter(({ ready, startedAt }) => !ready || startedAt === undefined);
  if (not.length === 0) return undefined;
  const grave = crossCheckCacerts(object.facts, { now, skewMs: 0 }).filter(
    ({ code }) => code !== 'not-canonical' && code !== 'untrusted-soon',
  );
  return grave.length > 0 ? undefined : istiodNotReady(cluster, not);
}

function writeStep({ cluster, object, secret, signing, options }: Case): WriteStep {
  const { namespace, name, uid, resourceVersion, assembly } = secret;
  const keep = object !== undefined && object.facts.keys.includes('root-cert.pem') && !object.facts.keys.includes('tls.crt');
  return {
    kind: 'write',
    cluster: cluster.identity.name,
    source: { namespace, name, uid, resourceVersion },
    fingerprint: signing.fingerprint,
    roots: keep ? 'keep' : assembly.roots.map(({ fingerprint }) => fingerprint),
    expects: object === undefined ? null : expectedOf(object),
    takeOver: options.takeOver === true,
    ...(options.revoke === undefined ? {} : { revoke: options.revoke }),
    ...(options.crl === undefined ? {} : { crl: options.crl }),
  };
}

function refuse(finding: Finding): Verdict {
  return { kind: 'refuse', finding };
}

function skip(finding: Finding): Verdict {
  return { kind: 'skip', finding };
}
