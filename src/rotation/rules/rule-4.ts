import type { CacertsFacts } from '../../pki/cacerts.ts';
import type { Step } from '../goal.ts';
import { filesFromFacts } from '../istiod/files.ts';
import { istiodOutcome, type IstiodOutcome } from '../istiod/outcome.ts';
import type { CaCluster, CacertsObject, IstiodPod } from '../model.ts';
import { findCluster, isUnproved, nameOf, provedFacts, type RuleCase, valueOf } from './case.ts';
import { type Change, changeOf } from './change.ts';

/** Good is never replaced by bad: a copy precedes a write, what is held or revoked stays out, and istiod takes what it is given, now and at its next start. */
export function goodStays(one: RuleCase): readonly string[] {
  const { step } = one;
  if (step.kind === 'deleteBackup') return deleted(step, one);
  if (step.kind === 'restart') return restarted(step.cluster, one);
  const change = changeOf(one);
  if (change.kind === 'none') return [];
  if (change.kind === 'unknown') return [change.why];
  return [...withoutCopy(change), ...forbidden(change), ...istiods(change, one)];
}

function withoutCopy({ cluster, before, step }: Change): readonly string[] {
  // Putting back what was good needs no copy of what failed.
  if (before === null || (step.kind === 'restore' && isUnproved(before))) return [];
  if (!cluster.backups.ok) return [`Whether ${nameOf(cluster)} has a copy of its cacerts could not be looked at.`];
  const has = cluster.backups.value.some(({ contentId }) => contentId === before.contentId);
  return has ? [] : [`${nameOf(cluster)} has no copy of its present cacerts.`];
}

function forbidden({ before, after, step }: Change): readonly string[] {
  const fingerprint = after.signing[0]?.fingerprint;
  if (before === null || fingerprint === undefined) return [];
  const { hold, revoked } = before.record;
  return [
    ...(revoked.includes(fingerprint) ? ['The key of this certificate counts as stolen.'] : []),
    ...(step.kind === 'write' && hold?.fingerprint === fingerprint ? ['This certificate is on hold.'] : []),
  ];
}

function deleted(
  { cluster: name, backup }: Extract<Step, { readonly kind: 'archiveBackup' | 'deleteBackup' }>,
  { state }: RuleCase,
): readonly string[] {
  const cluster = findCluster(state, name);
  const found = cluster === undefined ? undefined : valueOf(cluster.backups)?.find((one) => one.name === backup);
  const object = cluster === undefined ? undefined : valueOf(cluster.cacerts);
  if (found === undefined || object === undefined || object === null)
    return [`The copy ${backup} of ${name}, or what it is a copy of, was not seen.`];
  if (isUnproved(object)) return [`${name} is written and unproved: its copies are still needed.`];
  const revoked = object.record.revoked.includes(found.facts.signing[0]?.fingerprint ?? '');
  return revoked || found.archivedAt !== undefined ? [] : [`The copy ${backup} of ${name} may still be needed.`];
}

function restarted(name: string, { state, now }: RuleCase): readonly string[] {
  const cluster = findCluster(state, name);
  const pods = cluster === undefined ? undefined : valueOf(cluster.istiods);
  const object = cluster === undefined ? undefined : valueOf(cluster.cacerts);
  if (cluster === undefined || pods === undefined || object === undefined)
    return [`What istiod of ${name} would start with could not be looked at.`];
  const next = object === null ? null : filesFromFacts(object.facts);
  if (next === undefined) return [`What istiod of ${name} would start with is not known.`];
  const outcomes = kindsOf(pods).map(({ version, flags }) =>
    istiodOutcome({ version, flags, occasion: 'start', old: null, next, at: now }),
  );
  return outcomes.flatMap(({ verdict, log, why }) =>
    verdict === 'accept' ? [] : [`istiod of ${name} would not start well: ${why ?? log?.text ?? verdict}`],
  );
}

function istiods({ cluster, before, after, step }: Change, { goal, now }: RuleCase): readonly string[] {
  const name = nameOf(cluster);
  if (!cluster.istiods.ok) return [`What istiod of ${name} would do could not be looked at.`];
  // Whether a list of revoked certificates covers every CA is checked where it is read, right before the write.
  const next = filesFromFacts({ ...after, keys: after.keys.filter((key) => key !== 'ca-crl.pem') });
  if (next === undefined) return [`What istiod of ${name} would do with a tls.crt is not known.`];
  const old = oldFiles(cluster, before);
  const mayNeedRestart = before === null || goal.kind === 'root' || goal.kind === 'adopt' || step.kind === 'restore';
  return kindsOf(cluster.istiods.value).flatMap(({ version, flags }) => {
    const outcome = istiodOutcome({ version, flags, occasion: 'reload', old, next, at: now });
    return complaint(outcome, mayNeedRestart).map((text) => `istiod ${version ?? ''} of ${name} ${text}`);
  });
}

function oldFiles(cluster: CaCluster, before: CacertsObject | null) {
  const facts: CacertsFacts | undefined = before === null ? undefined : (provedFacts(cluster, before) ?? before.facts);
  return facts === undefined ? null : (filesFromFacts(facts) ?? null);
}

function complaint({ verdict, log, why, leavesVerify, atNextStart }: IstiodOutcome, mayNeedRestart: boolean): readonly string[] {
  if (atNextStart !== 'accept') return [`would not start with it: ${why ?? atNextStart}`];
  if (verdict === 'accept') return leavesVerify ? [] : ['would take it, and nobody could verify what it signs'];
  return mayNeedRestart && (verdict === 'refuse-silently' || verdict === 'ignored')
    ? []
    : [`would not take it: ${log?.text ?? why ?? verdict}`];
}

/** One of each kind: version and flags decide. */
function kindsOf(pods: readonly IstiodPod[]): readonly IstiodPod[] {
  return [...new Map(pods.map((pod) => [JSON.stringify([pod.version, pod.flags]), pod])).values()];
}
