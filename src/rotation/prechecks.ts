/** What has to be so before a cluster is given a new intermediate. */
import { DAY, HOUR, parseDuration, SECOND } from '../core/duration.ts';
import { conditionOf, shownCondition } from '../mesh/readiness.ts';
import type { Finding } from '../mesh/finding.ts';
import { sameBundle } from '../pki/bundle.ts';
import * as change from './findings/change.ts';
import { istiodNotReady, noIstiod, restartNeeded } from './findings/istiod.ts';
import * as told from './findings/publication.ts';
import { sourceMissing, sourceUnseen } from './findings/source.ts';
import { askIstiods } from './istiod-gate.ts';
import { cacertsOf, clusterOf, rootOf, signerStateOf, signingOf, sourceFor } from './look.ts';
import type { CaCluster, CacertsObject, CaSource, CaState } from './model.ts';
import { unprovedClusters } from './order.ts';
import { whyUnseen } from './judge.ts';

/** istiod backdates what it signs by two minutes: beyond this, in milliseconds, workloads refuse each other (domain.md D.5). */
const MOST_SKEW = 90 * SECOND;
/** Less life than this, in milliseconds, is no time for a calm rotation. */
const CALM = 2 * DAY;
/** cert-manager's own, where a Certificate says nothing. */
const USUAL_DURATION = 2160 * HOUR;

export interface Ready {
  readonly cluster: CaCluster;
  readonly cacerts: CacertsObject;
  readonly source: CaSource;
}

export type Checked = { readonly ok: true; readonly ready: Ready } | { readonly ok: false; readonly findings: readonly Finding[] };

/** `calm: false`: an emergency, which gives up what only protects against haste. */
export function checkBefore(name: string, state: CaState, now: number, { calm }: { readonly calm: boolean }): Checked {
  const target = findTarget(name, state);
  if ('finding' in target) return { ok: false, findings: [target.finding] };
  const { cluster, cacerts, source } = target;
  const findings = [
    ...checkCluster(cluster, cacerts, now),
    ...checkSigner(cluster, source, state, now),
    ...checkElsewhere(cluster, state),
    ...(calm ? checkCalm(cluster, cacerts, state, now) : []),
  ];
  return findings.length > 0 ? { ok: false, findings } : { ok: true, ready: target };
}

function findTarget(name: string, state: CaState): Ready | { readonly finding: Finding } {
  if (!state.intent.ok) return { finding: told.intentUnseen(state) };
  const cluster = clusterOf(state, name);
  if (cluster === undefined) return { finding: change.clusterUnknown(name, state) };
  const away = whyUnseen(cluster);
  if (away.length > 0) return { finding: told.clusterUnreachable(cluster, away) };
  const cacerts = cacertsOf(cluster);
  if (cacerts === undefined) return { finding: change.noCacerts(cluster) };
  if (!state.signer.ok) return { finding: sourceUnseen(cluster, state.signer.failure.message, state) };
  const source = sourceFor(state, cluster);
  return source === undefined || source.certificate === null
    ? { finding: sourceMissing(cluster, source, state) }
    : { cluster, cacerts, source };
}

function checkCluster(cluster: CaCluster, cacerts: CacertsObject, now: number): readonly Finding[] {
  const findings: Finding[] = [];
  if (cacerts.ownership.kind !== 'meshwarden') findings.push(told.ownedByOther(cluster, cacerts));
  else if (cacerts.immutable) findings.push(told.immutable(cluster));
  if (!cluster.backups.ok) findings.push(told.backupsUnseen(cluster, cluster.backups.failure.message));
  const pods = cluster.istiods.ok ? cluster.istiods.value : [];
  const not = pods.filter(({ ready, startedAt }) => !ready || startedAt === undefined);
  if (pods.length === 0) findings.push(noIstiod(cluster));
  else if (not.length > 0) findings.push(istiodNotReady(cluster, not));
  const gate = askIstiods(cluster, cacerts, undefined, now);
  if (gate.kind === 'restart') findings.push(restartNeeded(cluster, gate.pods));
  return findings;
}

function checkSigner(cluster: CaCluster, source: CaSource, state: CaState, now: number): readonly Finding[] {
  if (signerStateOf(state)?.available !== true) return [change.certManagerAway(cluster, state)];
  return [...checkIssuer(cluster, source, state), ...checkRootLife(cluster, source, now)];
}

function checkIssuer(cluster: CaCluster, { certificate }: CaSource, state: CaState): readonly Finding[] {
  const name = certificate?.spec.issuer.name ?? 'its issuer';
  const issuer = signerStateOf(state)?.generations.find(({ issuerName }) => issuerName === name)?.issuer ?? undefined;
  const ready = issuer === undefined ? undefined : conditionOf(issuer.conditions, 'Ready');
  if (ready?.status === 'True') return [];
  return [change.issuerNotReady(cluster, name, ready === undefined ? undefined : shownCondition(ready), state)];
}

function checkRootLife(cluster: CaCluster, { certificate }: CaSource, now: number): readonly Finding[] {
  const object = cacertsOf(cluster);
  const root = object === undefined ? undefined : rootOf(object.facts);
  const ends = now + (parseDuration(certificate?.spec.duration ?? '') ?? USUAL_DURATION);
  return root !== undefined && ends > root.notAfter ? [change.wouldOutliveRoot(cluster, root)] : [];
}

/** Never while another cluster is written and unproved. */
function checkElsewhere(cluster: CaCluster, state: CaState): readonly Finding[] {
  const names = unprovedClusters(state).map((one) => one.cluster.identity.name);
  return names.length === 0 ? [] : [told.olderUnproved(cluster, names)];
}

function checkCalm(cluster: CaCluster, cacerts: CacertsObject, state: CaState, now: number): readonly Finding[] {
  const others = state.clusters.filter(({ identity }) => identity.name !== cluster.identity.name);
  const away = others.filter((other) => !other.api.ok || !other.cacerts.ok);
  const foreign = others.filter((other) => {
    const object = cacertsOf(other);
    return object !== undefined && !sameBundle(object.facts.roots, cacerts.facts.roots);
  });
  const skewed = state.clusters.flatMap((one) =>
    one.skewMs.ok && one.skewMs.value > MOST_SKEW ? [told.clockSkew(one, one.skewMs.value)] : [],
  );
  const signing = signingOf(cacerts);
  return [
    ...(away.length > 0 ? [change.linkDown(cluster, away)] : []),
    ...(foreign.length > 0 ? [change.rootsDiffer(cluster, foreign)] : []),
    ...skewed,
    ...(signing !== undefined && signing.notAfter - now <= CALM ? [change.tooLate(cluster, signing, now)] : []),
  ];
}

/** The clusters that cannot be reached besides one. */
export function othersAway(state: CaState, name: string): readonly CaCluster[] {
  return state.clusters.filter(({ identity, api }) => identity.name !== name && !api.ok);
}
