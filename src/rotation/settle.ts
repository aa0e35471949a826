/** What follows a write in one cluster until it is proved: nudge, look, and either note the proof or put back what was good. */
import type { Finding } from '../mesh/finding.ts';
import type { Certificate } from '../pki/certificate.ts';
import { sameBundle } from '../pki/bundle.ts';
import { backupOfPresent, backupsOf, lastGood } from './backups.ts';
import { nothingToRestore, restoredNotServed, writtenNotProved } from './findings/proof.ts';
import type { Step } from './goal.ts';
import { expectedOf, signingOf } from './look.ts';
import type { Backup, CaCluster, CacertsObject, CaPolicy } from './model.ts';
import { isUnproved, type Proof, proofOf, shownProof } from './proof.ts';

export type Settlement =
  | { readonly kind: 'settled' }
  | { readonly kind: 'step'; readonly step: Step; readonly says: string }
  | { readonly kind: 'wait'; readonly says: string; readonly deadline: number | undefined }
  | { readonly kind: 'stuck'; readonly finding: Finding };

export interface SettleOptions {
  readonly policy: CaPolicy;
  readonly now: number;
  /** Content that goes back, where the change knows what it set out from; else the latest good copy. Null: nothing may go back. */
  readonly back?: string | null;
  /** Istiods were restarted on the way: the time for the proof counts from their last start. */
  readonly fromStart?: boolean;
}

/** What is to be done about data that are written and unproved; `settled` for all others. */
export function settle(cluster: CaCluster, object: CacertsObject, options: SettleOptions): Settlement {
  if (!isUnproved(object)) return { kind: 'settled' };
  const { now } = options;
  const { name } = cluster.identity;
  const proof = proofOf(cluster, object, now);
  const deadline = deadlineOf(object, proof, options);
  if (proof === undefined) {
    const finding = writtenNotProved(cluster, object, proof);
    return now < deadline ? { kind: 'wait', says: `${name} is written, and does not answer`, deadline } : { kind: 'stuck', finding };
  }
  // Nobody can be asked before the first istiod starts, and nothing is signed by it either.
  if (proof.pods.length === 0 && backupsOf(cluster).length === 0) return { kind: 'settled' };
  if (proof.proved) return { kind: 'step', step: markProved(cluster, object, now), says: `note the proof of ${name}` };
  if (now >= deadline) return afterDeadline({ cluster, object, proof }, options);
  const nudge = nudgeOf(cluster, object, proof);
  if (nudge !== undefined) return { kind: 'step', step: nudge, says: `nudge ${count(nudge.pods.length, 'istiod')} of ${name}` };
  return { kind: 'wait', says: `${name}: ${shownProof(proof)}`, deadline };
}

function deadlineOf({ record }: CacertsObject, proof: Proof | undefined, { policy, now, fromStart }: SettleOptions): number {
  const starts = fromStart === true ? (proof?.pods.map(({ pod }) => pod.startedAt ?? 0) ?? []) : [];
  return Math.max(record.writtenAt ?? now, ...starts) + policy.proofWithinMs;
}

/** Data of ours without a word of who wrote them when, as a lost annotation leaves them: they are noted as proved where every istiod serves them. */
export function noteProof(cluster: CaCluster, object: CacertsObject, now: number): Step | undefined {
  const { ownership, record, contentId } = object;
  if (ownership.kind !== 'meshwarden' || object.immutable || record.proved?.contentId === contentId) return undefined;
  return proofOf(cluster, object, now)?.proved === true ? markProved(cluster, object, now) : undefined;
}

interface Late {
  readonly cluster: CaCluster;
  readonly object: CacertsObject;
  readonly proof: Proof;
}

function afterDeadline({ cluster, object, proof }: Late, options: SettleOptions): Settlement {
  const failed = proof.pods.filter(({ proof }) => proof === 'other' || proof === 'down');
  if (failed.length === 0 && proof.pods.length > 0) return { kind: 'stuck', finding: writtenNotProved(cluster, object, proof) };
  // What has a copy of its own was good once: it is what was put back, and the fault is not in the data.
  const isBack = options.back === undefined ? backupOfPresent(cluster, object) !== undefined : options.back === object.contentId;
  if (isBack) return { kind: 'stuck', finding: restoredNotServed(cluster, object, proof) };
  const backup = whatGoesBack(cluster, object, options);
  if (backup === undefined) return { kind: 'stuck', finding: nothingToRestore(cluster, object, proof) };
  const why = `Not served within its time: ${shownProof(proof)}.`;
  const { name } = cluster.identity;
  const step = restoreStep(cluster, object, backup, why);
  return { kind: 'step', step, says: `put back ${backup.name} in ${name}: ${shownProof(proof)}` };
}

function whatGoesBack(cluster: CaCluster, object: CacertsObject, { back, now }: SettleOptions): Backup | undefined {
  if (back === null) return undefined;
  if (back === undefined) return lastGood(cluster, object, now);
  return backupsOf(cluster).find(({ contentId }) => contentId === back);
}

/** Puts a copy back; `why` places a hold on what is there now. */
export function restoreStep(cluster: CaCluster, object: CacertsObject, backup: Backup, why: string | undefined): Step {
  const fingerprint = signingOf(object)?.fingerprint ?? object.record.source;
  return {
    kind: 'restore',
    cluster: cluster.identity.name,
    backup: backup.name,
    contentId: backup.contentId,
    expects: expectedOf(object),
    hold: why === undefined || fingerprint === undefined ? undefined : { fingerprint, why },
  };
}

function nudgeOf(cluster: CaCluster, { contentId }: CacertsObject, { pods }: Proof) {
  const names = pods.filter(({ pod, proof }) => proof !== 'serves' && pod.nudged !== contentId).map(({ pod }) => pod.name);
  if (names.length === 0) return undefined;
  return { kind: 'nudge', cluster: cluster.identity.name, pods: names, contentId } as const;
}

/** Since when roots and signer are proved: as before where they are the same as in the last proof that is still on record. */
function markProved(cluster: CaCluster, object: CacertsObject, now: number): Step {
  const { record, facts } = object;
  const before = backupsOf(cluster).find(({ contentId }) => contentId === record.proved?.contentId)?.facts;
  const sameSigner = before !== undefined && isSame(before.signing[0], facts.signing[0]);
  const sameRoots = before !== undefined && sameBundle(before.roots, facts.roots);
  return {
    kind: 'markProved',
    cluster: cluster.identity.name,
    contentId: object.contentId,
    expects: expectedOf(object),
    rootsSince: sameRoots ? (record.rootsSince ?? now) : now,
    signerSince: sameSigner ? (record.signerSince ?? now) : now,
  };
}

function isSame(a: Certificate | undefined, b: Certificate | undefined): boolean {
  return a !== undefined && a.fingerprint === b?.fingerprint;
}

/** `1 istiod`, `2 istiods`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
