import { bundleDifference, distinctCertificates } from '../../pki/bundle.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { shownName, verifyChain } from '../../pki/verify.ts';
import { rulesOfVersion } from '../istiod/version-rules.ts';
import type { CaCluster, CacertsObject, IstiodPod } from '../model.ts';
import { findCluster, holds, instant, isSame, isUnproved, leafLife, nameOf, provedFacts, rootOf, type RuleCase, valueOf } from './case.ts';
import { type Change, changeOf } from './change.ts';

/**
 * The root of every live leaf and of every active signer is trusted by every proxy of every cluster: a new root signs only where all trust it for a leaf's life,
 * and a root goes only when nothing that it signed can live.
 */
export function everyLeafIsTrusted(one: RuleCase): readonly string[] {
  if (one.step.kind === 'restart') return restarted(one, one.step.cluster);
  const change = changeOf(one);
  if (change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  return [...ofSigner(change, one), ...ofDropped(change, one), ...ofVersion(change)];
}

/** What lies in the Secret takes effect: also what istiod did not take while it ran. */
function restarted({ state }: RuleCase, name: string): readonly string[] {
  const object = valueOf(findCluster(state, name)?.cacerts ?? { ok: true, value: null });
  if (object === undefined) return [`The cacerts of ${name} could not be looked at, and a restart takes what is in it.`];
  if (object === null) return [];
  const root = rootOf(object.facts);
  if (root === undefined) return [`What lies in the cacerts of ${name} verifies to no root.`];
  // Its own namespaces are told by the restart itself.
  return state.clusters.filter((cluster) => nameOf(cluster) !== name).flatMap((cluster) => lacks(cluster, root));
}

function ofSigner({ before, after, cluster, step }: Change, one: RuleCase): readonly string[] {
  const { state } = one;
  const root = rootOf(after);
  if (root === undefined) return [`The signing certificate for ${nameOf(cluster)} verifies to no root beside it.`];
  if (before === null) return state.clusters.filter((other) => other !== cluster).flatMap((other) => lacks(other, root));
  const present = rootOf(provedFacts(cluster, before) ?? before.facts);
  // A signer under the same root makes nothing worse, whatever the others trust; they may be away.
  if (isSame(present, root)) return [];
  // Of the other style facts tell nothing, so that only what is published says whether the root is a new one.
  const waits = step.kind !== 'restore' && !isOtherStyle(before);
  return state.clusters.flatMap((other) => [...lacks(other, root), ...(waits ? lacksYet(other, root, one) : [])]);
}

function lacks({ identity, cacerts, published }: CaCluster, root: Certificate): readonly string[] {
  const { name } = identity;
  if (!cacerts.ok) return [`Whether ${name} trusts ${shownName(root)} could not be looked at.`];
  if (cacerts.value === null) return [];
  if (!isOtherStyle(cacerts.value) && !holds(cacerts.value.facts.roots, root)) return [`${name} does not trust ${shownName(root)}.`];
  if (isOtherStyle(cacerts.value) && !published.ok) return [`Whether ${name} trusts ${shownName(root)} could not be looked at.`];
  const without = valueOf(published)?.some(({ certificates }) => !holds(certificates, root));
  return without === true ? [`Not every namespace of ${name} is told of ${shownName(root)}.`] : [];
}

/** Proxies hear of a root by their next certificate, or at once where bundles are pushed to them, which only the fast way relies on. */
function lacksYet(cluster: CaCluster, root: Certificate, { state, goal, now }: RuleCase): readonly string[] {
  const object = valueOf(cluster.cacerts) ?? undefined;
  if (object === undefined) return [];
  const { name } = cluster.identity;
  if (!cluster.published.ok) return [`Whether the namespaces of ${name} are told of ${shownName(root)} could not be looked at.`];
  const { rootsSince } = object.record;
  if (isUnproved(object) || rootsSince === undefined) return [`It is not known since when ${name} hands out ${shownName(root)}.`];
  const atOnce = goal.kind === 'root' && goal.speed === 'fast' && isPushed(cluster);
  const until = rootsSince + (atOnce ? 0 : leafLife(state));
  return until > now ? [`Proxies of ${name} may not trust ${shownName(root)} before ${instant(until)}.`] : [];
}

/** `tls.crt` decides which files istiod reads, whatever else is there. */
function isOtherStyle({ facts }: CacertsObject): boolean {
  return facts.keys.includes('tls.crt');
}

function isPushed({ istiods }: CaCluster): boolean {
  return istiods.ok && istiods.value.length > 0 && istiods.value.every(({ flags }) => flags.multiRoot && flags.xdsAgent);
}

function ofDropped({ before, after, cluster }: Change, { state, now }: RuleCase): readonly string[] {
  const dropped = bundleDifference(before?.facts.roots ?? [], after.roots);
  if (before === null || dropped.length === 0) return [];
  return state.clusters.flatMap((other) => {
    const object = other === cluster ? before : valueOf(other.cacerts);
    if (object === undefined) return [`What ${nameOf(other)} signs with could not be looked at, and a root is to go.`];
    return object === null ? [] : needs(other, object, { dropped, life: leafLife(state), now });
  });
}

interface Dropping {
  readonly dropped: readonly Certificate[];
  readonly life: number;
  readonly now: number;
}

function needs(cluster: CaCluster, object: CacertsObject, { dropped, life, now }: Dropping): readonly string[] {
  const name = nameOf(cluster);
  const proved = provedFacts(cluster, object);
  const root = proved === undefined ? undefined : rootOf(proved);
  if (root === undefined) return [`What ${name} signs with is not known, and a root is to go.`];
  if (holds(dropped, root)) return [`${name} signs under ${shownName(root)}, which is to go.`];
  const behind = valueOf(cluster.istiods)?.find((pod) => servesUnder(pod, object, dropped, now));
  if (behind !== undefined) return [`${behind.name} of ${name} still signs under a root that is to go.`];
  const { signerSince } = object.record;
  if (signerSince === undefined) return [`It is not known since when ${name} signs with its certificate, and a root is to go.`];
  const until = signerSince + life;
  return until > now ? [`Certificates of ${name} from before its present signer may live until ${instant(until)}.`] : [];
}

function servesUnder({ served }: IstiodPod, { facts }: CacertsObject, dropped: readonly Certificate[], at: number): boolean {
  const [leaf, ...rest] = served?.ok === true ? served.value.certificates : [];
  if (leaf === undefined) return false;
  const result = verifyChain({ leaf, intermediates: rest, roots: facts.roots, at });
  return result.ok && result.path.slice(1).some((one) => holds(dropped, one));
}

/** Some versions hand out one root of several, so that the other is trusted by nobody. */
function ofVersion({ cluster, after }: Change): readonly string[] {
  if (distinctCertificates(after.roots).length < 2) return [];
  const versions = new Set(valueOf(cluster.istiods)?.map(({ version }) => version));
  return [...versions].flatMap((version) => {
    const read = rulesOfVersion(version);
    return read.known && read.rules.losesRoots !== undefined
      ? [`istiod ${version} of ${nameOf(cluster)} hands out but one root: take ${read.rules.losesRoots}.`]
      : [];
  });
}
