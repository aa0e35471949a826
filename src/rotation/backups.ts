/** Which copies of a `cacerts` are there, which one goes back, and which ones are over. */
import { crossCheckCacerts } from '../pki/cross-check-cacerts.ts';
import type { Step } from './goal.ts';
import { cacertsOf, expectedOf, signingOf } from './look.ts';
import type { Backup, CaCluster, CacertsObject, CaPolicy } from './model.ts';

/** So many copies that are over are kept in a cluster, besides those that may still be needed. */
const KEPT = 5;

/** Faults that stand in nobody's way when what was good goes back: old bytes are what istiod knows already. */
const HARMLESS: ReadonlySet<string> = new Set(['not-canonical', 'duplicate-roots']);

export function backupsOf({ backups }: CaCluster): readonly Backup[] {
  return backups.ok ? backups.value : [];
}

/** The copy of the present data; undefined: there is none, or they could not be looked at. */
export function backupOfPresent(cluster: CaCluster, { contentId }: CacertsObject): Backup | undefined {
  return backupsOf(cluster).find((backup) => backup.contentId === contentId);
}

/**
 * The step that has to come before any write over these data; undefined where the copy is there. A copy that is older than the data is dated anew: the
 * latest one is what goes back.
 */
export function missingBackup(cluster: CaCluster, object: CacertsObject, takenFor: string): Step | undefined {
  const kept = backupOfPresent(cluster, object);
  if (kept !== undefined && kept.archivedAt === undefined && kept.takenAt >= (object.record.writtenAt ?? 0)) return undefined;
  return { kind: 'backup', cluster: cluster.identity.name, contentId: object.contentId, expects: expectedOf(object), takenFor };
}

/** Why a copy may not go back over the present data, one sentence each; empty: it may. */
export function faultsOfBackup(backup: Backup, object: CacertsObject, now: number): readonly string[] {
  const [signing] = backup.facts.signing;
  const faults: string[] = [];
  if (signing !== undefined && object.record.revoked.includes(signing.fingerprint)) {
    faults.push('Its key counts as stolen: an emergency revoked it.');
  }
  if (backup.facts.rootBytesSha256 !== object.facts.rootBytesSha256) {
    faults.push('Its root-cert.pem is not, byte for byte, the present one: putting it back would be a change of root.');
  }
  const checked = crossCheckCacerts(backup.facts, { now, skewMs: 0 });
  return [...faults, ...checked.filter(({ code }) => !HARMLESS.has(code)).map(({ text }) => text)];
}

/**
 * The copy that goes back when the present data were not proved: the latest that may. What is held was refused or taken back before, and is left alone.
 */
export function lastGood(cluster: CaCluster, object: CacertsObject, now: number): Backup | undefined {
  const held = object.record.hold?.fingerprint;
  return backupsOf(cluster)
    .filter(({ contentId, facts }) => contentId !== object.contentId && (held === undefined || facts.signing[0]?.fingerprint !== held))
    .filter((backup) => faultsOfBackup(backup, object, now).length === 0)
    .toSorted((a, b) => b.takenAt - a.takenAt)[0];
}

/** What is to be done about copies that are over, one step at a time; undefined: nothing. Only for data that are proved. */
export function tidyBackups(cluster: CaCluster, policy: CaPolicy, now: number): Step | undefined {
  const object = cacertsOf(cluster);
  if (object?.record.proved?.contentId !== object?.contentId || object === undefined) return undefined;
  const others = backupsOf(cluster).filter(({ contentId }) => contentId !== object.contentId);
  const stolen = signingOf(object) === undefined ? undefined : others.find((backup) => isRevoked(backup, object));
  if (stolen !== undefined) return stepFor('deleteBackup', cluster, stolen);
  const since = Math.max(object.record.signerSince ?? Infinity, object.record.rootsSince ?? Infinity);
  const over = others.find(({ archivedAt, takenAt }) => archivedAt === undefined && Math.max(since, takenAt) + policy.leafLifeMs <= now);
  if (over !== undefined) return stepFor('archiveBackup', cluster, over);
  const archived = others.filter(({ archivedAt }) => archivedAt !== undefined).toSorted((a, b) => b.takenAt - a.takenAt);
  const surplus = archived.slice(KEPT).at(-1);
  return surplus === undefined ? undefined : stepFor('deleteBackup', cluster, surplus);
}

function isRevoked({ facts }: Backup, { record }: CacertsObject): boolean {
  const [signing] = facts.signing;
  return signing !== undefined && record.revoked.includes(signing.fingerprint);
}

function stepFor(kind: 'archiveBackup' | 'deleteBackup', { identity }: CaCluster, backup: Backup): Step {
  return { kind, cluster: identity.name, backup: backup.name, expects: expectedOf(backup) };
}
