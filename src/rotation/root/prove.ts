/**
 * What follows a write of a root rotation until it is proved. Other than a new intermediate, a new set of roots cannot be seen in the chain that istiod serves:
 * the published bundle shows what the leader took, an answer to a request or a start after the write what each replica took (domain.md C-II).
 */
import { isSubsetOf, sameBundle } from '../../pki/bundle.ts';
import { crossCheckCacerts } from '../../pki/cross-check-cacerts.ts';
import { backupsOf } from '../backups.ts';
import { nothingToRestore, restoredNotServed, writtenNotProved } from '../findings/proof.ts';
import type { Decision, Step } from '../goal.ts';
import { expectedOf } from '../look.ts';
import type { Backup, IstiodPod } from '../model.ts';
import { isUnproved, type Proof, proofOf, shownProof } from '../proof.ts';
import type { Course, Position } from './course.ts';
import { cannotRestore, notSeen, untilText } from './findings.ts';
import { restartOf } from './restart.ts';

/** So often a container may end before its start counts as failed. */
const FAILED_STARTS = 3;
/** Old bytes that were good once stand in nobody's way. */
const HARMLESS: ReadonlySet<string> = new Set(['not-canonical', 'duplicate-roots', 'outlives-issuer']);

interface Written {
  readonly course: Course;
  readonly position: Position;
  readonly proof: Proof;
  readonly writtenAt: number;
  /** What was proved before; undefined where no copy of it is known. */
  readonly before: Backup | undefined;
}

/** Undefined: the cluster is settled. */
export function proveCluster(course: Course, position: Position): Decision | undefined {
  const { cluster, object, name } = position;
  if (!isUnproved(object)) return undefined;
  const { now, state } = course;
  const writtenAt = object.record.writtenAt ?? now;
  const proof = proofOf(cluster, object, now);
  if (proof === undefined) {
    const deadline = writtenAt + state.policy.proofWithinMs;
    if (now >= deadline) return { kind: 'stuck', findings: [writtenNotProved(cluster, object, proof)] };
    return { kind: 'wait', says: `${name} does not answer; it is written and unproved`, until: undefined, deadline };
  }
  const before = backupsOf(cluster).find(({ contentId }) => contentId === object.record.proved?.contentId);
  const written = { course, position, proof, writtenAt, before };
  const broken = proof.pods.some(({ pod }) => !pod.ready && pod.restarts >= FAILED_STARTS);
  if (broken) return afterDeadline(written);
  if (proof.proved && isTaken(written)) return markProved(written);
  return nudge(written) ?? restartFor(written) ?? patience(written);
}

/** Notes anew since when roots and signer are proved where that was lost: what they allow is then waited for in full. */
export function noteAnew({ now }: Course, { name, object }: Position): Decision | undefined {
  const { proved, rootsSince, signerSince } = object.record;
  if (proved !== undefined && rootsSince !== undefined && signerSince !== undefined) return undefined;
  const step = markStep(name, object, { rootsSince: rootsSince ?? now, signerSince: signerSince ?? now });
  return { kind: 'step', step, says: `note in ${name} since when its roots are proved` };
}

function markStep(cluster: string, object: Position['object'], since: { readonly rootsSince: number; readonly signerSince: number }): Step {
  return { kind: 'markProved', cluster, contentId: object.contentId, expects: expectedOf(object), ...since };
}

function markProved({ course: { now }, position: { name, object }, before }: Written): Decision {
  const { record, facts } = object;
  const sameRoots = before !== undefined && sameBundle(before.facts.roots, facts.roots);
  const sameSigner = before !== undefined && before.facts.signing[0]?.fingerprint === facts.signing[0]?.fingerprint;
  const rootsSince = sameRoots ? (record.rootsSince ?? now) : now;
  const signerSince = sameSigner ? (record.signerSince ?? now) : now;
  return { kind: 'step', step: markStep(name, object, { rootsSince, signerSince }), says: `note the proof of ${name}` };
}

/** Each istiod is known to have taken the roots, and every namespace has them. */
function isTaken(written: Written): boolean {
  const { position, proof } = written;
  if (sameBytes(written)) return true;
  return isPublished(position) === true && proof.pods.every(({ pod }) => isSure(pod, written));
}

function sameBytes({ before, position: { object } }: Written): boolean {
  return before !== undefined && before.facts.rootBytesSha256 === object.facts.rootBytesSha256;
}

/** Undefined: not known. */
function isPublished({ cluster: { published }, object }: Position): boolean | undefined {
  if (!published.ok || published.value.length === 0) return undefined;
  return published.value.every(({ certificates }) => sameBundle(certificates, object.facts.roots));
}

function isSure(pod: IstiodPod, { position: { object }, proof, writtenAt, before }: Written): boolean {
  if (pod.startedAt !== undefined && pod.startedAt > writtenAt) return true;
  if (pod.served?.ok === true && pod.served.value.signed !== undefined) return true;
  if (!pod.flags.multiRoot) return false;
  // istiod takes an update whole or not at all: whoever serves the new signer has its roots.
  const signerChanged = before !== undefined && before.facts.signing[0]?.fingerprint !== object.facts.signing[0]?.fingerprint;
  return signerChanged || proof.pods.length === 1;
}

function nudge({ position: { name, object }, proof, course, writtenAt }: Written): Decision | undefined {
  if (course.now >= deadlineOf(proof, writtenAt, course)) return undefined;
  const pods = proof.pods.filter(
    ({ pod }) => pod.nudged !== object.contentId && !(pod.startedAt !== undefined && pod.startedAt > writtenAt),
  );
  if (pods.length === 0) return undefined;
  const step: Step = { kind: 'nudge', cluster: name, pods: pods.map(({ pod }) => pod.name), contentId: object.contentId };
  return { kind: 'step', step, says: `let the istiods of ${name} see what was written` };
}

/** Istiods that will not take these roots, or of which nobody can tell, before they start anew. */
function restartFor(written: Written): Decision | undefined {
  const { position, course, proof, writtenAt } = written;
  if (sameBytes(written)) return undefined;
  const waiting = proof.pods.map(({ pod }) => pod).filter((pod) => !isSure(pod, written));
  if (waiting.length === 0) return undefined;
  const why = waiting.every(({ flags }) => flags.multiRoot)
    ? 'of several istiods only the leader shows which roots it took'
    : 'without ISTIO_MULTIROOT_MESH istiod takes new roots only when it starts';
  return restartOf(course, position, { pods: waiting, since: writtenAt, why });
}

function deadlineOf({ pods }: Proof, writtenAt: number, { state }: Course): number {
  const started = pods.flatMap(({ pod }) => pod.startedAt ?? []);
  return Math.max(writtenAt, ...started) + state.policy.proofWithinMs;
}

function patience(written: Written): Decision {
  const { course, position, proof, writtenAt } = written;
  const { name, cluster, object } = position;
  const deadline = deadlineOf(proof, writtenAt, course);
  const published = isPublished(position);
  const seen = published === true ? '' : '; its namespaces do not show the new roots yet';
  if (course.now < deadline) return { kind: 'wait', says: `${name}: ${shownProof(proof)}${seen}`, until: undefined, deadline };
  const refused = proof.pods.some(({ proof }) => proof === 'other' || proof === 'down') || published === false;
  if (refused) return afterDeadline(written);
  // What nobody could see is neither proved nor refused.
  return { kind: 'stuck', findings: [writtenNotProved(cluster, object, proof)] };
}

function afterDeadline(written: Written): Decision {
  const { position, course, proof, before } = written;
  const { name, cluster, object } = position;
  if (before === undefined) {
    const wasGood = backupsOf(cluster).some(({ contentId }) => contentId === object.contentId);
    return { kind: 'stuck', findings: [wasGood ? restoredNotServed(cluster, object, proof) : nothingToRestore(cluster, object, proof)] };
  }
  const early = tooEarly(before, written);
  if (early !== undefined) return early;
  const faults = faultsOf(before, written);
  if (faults.length > 0) return { kind: 'stuck', findings: [cannotRestore(cluster, faults)] };
  const why = `Not served within its time: ${shownProof(proof)}.`;
  const step: Step = {
    kind: 'restore',
    cluster: name,
    backup: before.name,
    contentId: before.contentId,
    expects: expectedOf(object),
    hold: { fingerprint: whatFailed(position, before), why },
  };
  return { kind: 'step', step, says: `put back ${before.name} in ${name}: ${shownProof(proof)} (${course.direction})` };
}

/** A root goes, on the way back as well, only when nothing that it signed can live; what failed to add it does no harm until then, and may still be taken. */
function tooEarly({ facts }: Backup, { course, position: { name, object } }: Written): Decision | undefined {
  if (isSubsetOf(object.facts.roots, facts.roots)) return undefined;
  const hidden = course.state.clusters.flatMap((one) => (one.cacerts.ok ? [] : [notSeen(one, 'cacerts', one.cacerts.failure.message)]));
  if (hidden.length > 0) return { kind: 'stuck', findings: hidden };
  const until = Math.max(...course.positions.map((one) => one.object.record.signerSince ?? course.now)) + course.leafLifeMs;
  if (course.now >= until) return undefined;
  const says = `${name} does not serve the new roots yet; the backup may go back ${untilText(until)}`;
  return { kind: 'wait', says, until, deadline: undefined };
}

/** Going back must itself be safe: it verifies, and trusts whatever signs anywhere. */
function faultsOf({ facts }: Backup, { course, position: { object, name } }: Written): readonly string[] {
  const [signing] = facts.signing;
  const checked = crossCheckCacerts(facts, { now: course.now, skewMs: 0 }).filter(({ code }) => !HARMLESS.has(code));
  const trusted = new Set(facts.roots.map(({ fingerprint }) => fingerprint));
  const untrusted = course.positions.filter((other) => other.name !== name && other.signer !== undefined && !trusted.has(other.signer));
  const stolen = signing !== undefined && object.record.revoked.includes(signing.fingerprint);
  return [
    ...checked.map(({ text }) => text),
    ...untrusted.map((other) => `It does not trust the root under which ${other.name} signs.`),
    ...(stolen ? ['Its key counts as stolen.'] : []),
  ];
}

/** The fingerprint that the failed write was about: an intermediate, or a root that came or went. */
function whatFailed({ object: { facts } }: Position, before: Backup): string {
  const signing = facts.signing[0]?.fingerprint ?? '';
  if (before.facts.signing[0]?.fingerprint !== signing) return signing;
  const was = before.facts.roots.map(({ fingerprint }) => fingerprint);
  const is = facts.roots.map(({ fingerprint }) => fingerprint);
  return is.find((root) => !was.includes(root)) ?? was.find((root) => !is.includes(root)) ?? signing;
}
