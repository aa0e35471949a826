/** Why a root rotation does not begin, all reasons at once. */
import { DAY, formatDuration, SECOND } from '../../core/duration.ts';
import type { Finding } from '../../mesh/finding.ts';
import { utc } from '../../mesh/wording.ts';
import { rulesOfVersion } from '../istiod/version-rules.ts';
import type { CaCluster } from '../model.ts';
import { isUnproved } from '../proof.ts';
import { signerStateOf } from '../look.ts';
import type { Course, Position } from './course.ts';
import {
  brokenVersion,
  clocksApart,
  foreignRoot,
  mixedVersions,
  noCacerts,
  noIstiod,
  nothingTrusted,
  notOurs,
  notProved,
  notSeen,
  onHold,
  rootsDiffer,
  signerNotSeen,
  tooLate,
  unknownVersion,
} from './findings.ts';

/** A leaf is dated back by 120 s: clocks further apart than this leave nothing of it. */
const MOST_SKEW_MS = 90 * SECOND;
/** What has to be left when it is over. */
const RESERVE_MS = 2 * DAY;

export function refusalsOf(course: Course): readonly Finding[] {
  const { state } = course;
  const signer = signerStateOf(state);
  const findings: Finding[] = [];
  if (!state.signer.ok) findings.push(signerNotSeen(state.signer.failure.message));
  else if (signer?.available === false) findings.push(signerNotSeen('cert-manager is not available.'));
  findings.push(
    ...state.clusters.flatMap((cluster) => ofCluster(course, cluster)),
    ...ofVersions(state.clusters),
    ...ofClocks(state.clusters),
  );
  return findings.length > 0 ? findings : [...ofRoots(course), ...ofLife(course)];
}

function ofCluster(course: Course, cluster: CaCluster): readonly Finding[] {
  const { api, cacerts, istiods, published, backups } = cluster;
  const unseen = Object.entries({
    'The API server': api,
    cacerts,
    istiod: istiods,
    'The published bundle': published,
    'The backups': backups,
  });
  const hidden = unseen.flatMap(([what, seen]) => (seen.ok ? [] : [notSeen(cluster, what, seen.failure.message)]));
  if (hidden.length > 0) return hidden;
  const position = course.positions.find(({ name }) => name === cluster.identity.name);
  const found: Finding[] = position === undefined ? [noCacerts(cluster)] : [...ofObject(position)];
  if (istiods.ok && istiods.value.length === 0) found.push(noIstiod(cluster));
  return found;
}

function ofObject({ cluster, object, signer }: Position): readonly Finding[] {
  const { ownership, record } = object;
  if (ownership.kind !== 'meshwarden') return [notOurs(cluster, ownership.managers)];
  if (record.hold !== undefined) return [onHold(cluster, record.hold.why)];
  if (record.proved === undefined || isUnproved(object)) return [notProved(cluster)];
  return signer === undefined ? [nothingTrusted(cluster)] : [];
}

function ofVersions(clusters: readonly CaCluster[]): readonly Finding[] {
  const found: Finding[] = [];
  const seen = new Map<string, string>();
  for (const cluster of clusters) {
    const versions = new Set((cluster.istiods.ok ? cluster.istiods.value : []).map(({ version }) => version));
    for (const version of versions) {
      const read = rulesOfVersion(version);
      if (!read.known || version === undefined) {
        found.push(unknownVersion(cluster, read.known ? '' : read.why));
        continue;
      }
      seen.set(version, read.rules.comparesRoots);
      if (read.rules.losesRoots !== undefined) found.push(brokenVersion(cluster, version, read.rules.losesRoots));
    }
  }
  return new Set(seen.values()).size > 1 ? [...found, mixedVersions([...seen.keys()].toSorted())] : found;
}

function ofClocks(clusters: readonly CaCluster[]): readonly Finding[] {
  const far = clusters.flatMap(({ identity, skewMs }) =>
    skewMs.ok && skewMs.value > MOST_SKEW_MS ? [`${identity.name}: ${formatDuration(skewMs.value)}`] : [],
  );
  return far.length === 0 ? [] : [clocksApart(far)];
}

function ofRoots({ positions, oldRoot, newRoot }: Course): readonly Finding[] {
  const known = new Set([oldRoot, newRoot]);
  const shown = positions.map(({ name, roots }) => `${name}: ${roots.map((root) => root.slice(0, 11)).join(', ')}`);
  if (oldRoot === undefined) return [rootsDiffer(shown)];
  const signers = new Set(positions.map(({ signer }) => signer));
  if (newRoot === undefined && signers.size > 1) return [rootsDiffer(shown)];
  return positions.flatMap(({ cluster, roots }) => {
    const foreign = roots.filter((root) => !known.has(root));
    return foreign.length === 0 ? [] : [foreignRoot(cluster, foreign)];
  });
}

function ofLife({ positions, now, leafLifeMs, oldRoot }: Course): readonly Finding[] {
  const needed = now + 2 * leafLifeMs + RESERVE_MS;
  const facts = positions.flatMap(({ name, object: { facts }, signer }) => {
    if (signer !== oldRoot) return [];
    const ends = Math.min(
      ...[...facts.signing.slice(0, 1), ...facts.roots.filter(({ fingerprint }) => fingerprint === oldRoot)].map((one) => one.notAfter),
    );
    return ends < needed ? [`${name}: signs until ${utc(ends)}`] : [];
  });
  return facts.length === 0 ? [] : [tooLate([...facts, `Needed: ${formatDuration(needed - now)}`])];
}
