/** The key of an intermediate counts as stolen: a new one now, the old one revoked, agents made to sign anew where they can be. */
import { SECOND } from '../core/duration.ts';
import { duplicateCertificates } from '../pki/bundle.ts';
import { shortFingerprint, utc } from '../mesh/wording.ts';
import { backupsOf, missingBackup } from './backups.ts';
import { fromSettlement, markSteps, planned, take } from './decisions.ts';
import { keyWouldStay } from './findings/change.ts';
import { close, fullFrameOf, type FullFrame, signsAsBefore } from './frame.ts';
import type { ChangePlan, Decision, Goal, PlannedStep, Planner } from './goal.ts';
import { goBack, keepsKey, nowAndThen, publish, stepsFor } from './intermediate.ts';
import { filesFromFacts } from './istiod/files.ts';
import { istiodOutcome } from './istiod/outcome.ts';
import { expectedOf, signingOf } from './look.ts';
import { marginOf, shownMargin } from './margin.ts';
import type { Backup, CaCluster, CacertsObject, CaState } from './model.ts';
import { planHash } from './plan-hash.ts';
import { checkBefore, type Ready } from './prechecks.ts';
import { isUnproved } from './proof.ts';
import { newCertificate, renew } from './renewal.ts';
import { settle } from './settle.ts';

type Emergency = Extract<Goal, { readonly kind: 'emergency' }>;

/** Certificates begin at a whole second of the signer's clock. */
const GRACE = 2 * SECOND;
/** Somebody has signed a list for the new intermediate. */
const CRL_QUESTION = 'crl';

export const emergency: Planner<Emergency> = {
  plan(goal, state, now) {
    const checked = checkBefore(goal.cluster, state, now, { calm: false });
    if (!checked.ok) return { kind: 'refused', findings: checked.findings };
    const { cluster, source } = checked.ready;
    if (keepsKey(source)) return { kind: 'refused', findings: [keyWouldStay(cluster, source, state)] };
    return { kind: 'plan', plan: planOf(goal, state, checked.ready, now) };
  },

  decide(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return found.decision;
    const { frame } = found;
    // What was published cannot go back: the key before it counts as stolen.
    if (frame.intent.direction === 'back' && signsAsBefore(frame)) return goBack(frame);
    return goForward(goal, frame);
  },

  progress(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return [];
    const steps = linesFor(goal, found.frame.cluster, state);
    return markSteps(steps, over(found.frame, steps));
  },
};

function goForward(goal: Emergency, frame: FullFrame): Decision {
  const { cluster, cacerts, state, now, intent, began } = frame;
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back: null }));
  if (proving !== undefined) return proving;
  if (!signsAsBefore(frame)) return afterProof(goal, frame);
  const copy = missingBackup(cluster, cacerts, intent.id);
  if (copy !== undefined) return take(copy, `back up cacerts of ${goal.cluster}; the copy is deleted after the proof`);
  const fresh = newCertificate(frame);
  if (fresh === undefined) return renew(frame);
  if (goal.crl !== undefined && !intent.agreed.includes(CRL_QUESTION)) {
    const says = `Does ${goal.crl} hold a list of the root and one of the new intermediate ${shortFingerprint(fresh.fingerprint)}? Without both istiod refuses the whole update.`;
    return { kind: 'ask', question: CRL_QUESTION, says };
  }
  return publish(frame, {
    alone: true,
    revoke: began === undefined ? [] : [began],
    ...marginIn(state),
    ...(goal.crl === undefined ? {} : { crl: goal.crl }),
  });
}

/** What is measured is waited for and no more; what is not known cannot be given up. */
function marginIn(state: CaState): { readonly marginMs?: number } {
  const { skewMs } = marginOf(state);
  return skewMs === undefined ? {} : { marginMs: skewMs + GRACE };
}

/** Proved: agents are made to sign anew once, then what the stolen key could bring back goes. */
function afterProof(goal: Emergency, frame: FullFrame): Decision {
  const { cluster, cacerts, now, intent } = frame;
  const before = beginning(frame);
  const roots = signAnewWith(cluster, cacerts, now);
  if (roots !== undefined && before !== undefined && before.facts.rootBytesSha256 === cacerts.facts.rootBytesSha256) {
    const copy = missingBackup(cluster, cacerts, intent.id);
    if (copy !== undefined) return take(copy, `back up the new cacerts of ${goal.cluster}`);
    const step = { kind: 'writeRoots', cluster: goal.cluster, roots, expects: expectedOf(cacerts) } as const;
    return take(step, `push the same roots once more: every agent of ${goal.cluster} asks for a new certificate`);
  }
  const stolen = backupsOf(cluster).find(({ facts }) => cacerts.record.revoked.includes(facts.signing[0]?.fingerprint ?? ''));
  if (stolen !== undefined) {
    const step = { kind: 'deleteBackup', cluster: goal.cluster, backup: stolen.name, expects: expectedOf(stolen) } as const;
    return take(step, `delete ${stolen.name}: its key counts as stolen`);
  }
  return close(frame, 'done', endOf(goal, frame));
}

/** The copy of what was there when the change began. */
function beginning({ cluster, intent }: FullFrame): Backup | undefined {
  const content = intent.baseline.contents[cluster.identity.name];
  return backupsOf(cluster).find(({ contentId }) => contentId === content);
}

/**
 * The present roots in other bytes: one stands twice, or no more. Undefined where some istiod would refuse that, or would push nothing by it.
 */
function signAnewWith(cluster: CaCluster, { facts }: CacertsObject, at: number): readonly string[] | undefined {
  const own = facts.roots.map(({ fingerprint }) => fingerprint);
  const [last] = own.slice(-1);
  if (last === undefined || !cluster.istiods.ok || cluster.istiods.value.length === 0 || facts.keys.includes('ca-crl.pem'))
    return undefined;
  const isTwice = duplicateCertificates(facts.roots).length > 0;
  const roots = isTwice ? [...new Set(own)] : [...own, last];
  const certificates = roots.flatMap((fingerprint) => facts.roots.find((root) => root.fingerprint === fingerprint) ?? []);
  const takes = cluster.istiods.value.every(({ flags, version }) => {
    const old = filesFromFacts(facts);
    // The bytes are others in any case; their text stands one in the other, which is all that older versions ask.
    const next = filesFromFacts({ ...facts, roots: certificates, rootBytesSha256: undefined });
    if (!flags.multiRoot || !flags.xdsAgent || old === undefined || next === undefined) return false;
    const { verdict } = istiodOutcome({ version, flags, at, occasion: 'reload', old, next });
    return verdict === 'accept' || (verdict === 'unknown' && old.roots?.text !== undefined);
  });
  return takes ? roots : undefined;
}

function endOf(goal: Emergency, { cacerts, began, state, intent }: FullFrame): readonly string[] {
  const signing = signingOf(cacerts);
  return [
    `${goal.cluster} signs with a new key, proved${signing === undefined ? '' : ` (${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)})`}`,
    ...(began === undefined ? [] : [`${shortFingerprint(began)} is revoked here: it is never published nor restored again.`]),
    ...(intent.direction === 'back' ? ['The abort came after the new certificate was written: there is no way back to a stolen key.'] : []),
    `Certificates signed with the old key are gone from proxies by ${utc((cacerts.record.proved?.at ?? state.at) + state.policy.leafLifeMs)}.`,
    'What a thief signs with it verifies until it ends: only a list of revoked certificates or a new root stops that.',
  ];
}

/** How many lines are over. */
function over(frame: FullFrame, steps: readonly PlannedStep[]): number {
  const { cluster, cacerts, intent } = frame;
  const at = (kind: string) => steps.findIndex(({ key }) => key.startsWith(`${kind}:`));
  if (!signsAsBefore(frame)) return isUnproved(cacerts) ? at('prove') : at('delete');
  if (missingBackup(cluster, cacerts, intent.id) !== undefined) return at('backup');
  return newCertificate(frame) === undefined ? at('renew') : at('write');
}

function linesFor(goal: Emergency, cluster: CaCluster, state: CaState): readonly PlannedStep[] {
  const { skewMs, ms } = marginOf(state);
  const margin = skewMs === undefined ? undefined : `until every clock agrees`;
  const steps = stepsFor(cluster, state, true, margin ?? shownMargin({ skewMs, ms })).map((step) =>
    step.key.startsWith('prove:') ? { ...step, risk: 'What is not proved stays: there is no way back to a stolen key.' } : step,
  );
  return [
    ...steps,
    planned(`delete:${goal.cluster}`, 'have agents sign anew where the version allows, delete the copies of the old key', {
      risk: 'Every proxy of the cluster asks for a certificate at once.',
    }),
  ];
}

function planOf(goal: Emergency, state: CaState, ready: Ready, now: number): ChangePlan {
  const { cluster, cacerts, source } = ready;
  const signing = signingOf(cacerts);
  const steps = linesFor(goal, cluster, state);
  const waived = [
    ...(marginOf(state).skewMs === undefined
      ? []
      : ['The new certificate is published as soon as it is valid by every clock; a clock that is measured wrongly refuses it.']),
    'Other clusters need not answer, and need not be shown to trust the same roots.',
    'The old certificate may be at its end: the 48 hours of a calm rotation are not asked for.',
    'There is no way back: a failed proof is not undone, for that would bring a stolen key back.',
  ];
  const plan = { goal, title: `New key for ${goal.cluster}: its intermediate counts as stolen`, steps, waived };
  const pushes = signAnewWith(cluster, cacerts, now) !== undefined;
  return {
    ...plan,
    ...nowAndThen(ready, now),
    remarks: [
      ...(signing === undefined ? [] : [`${shortFingerprint(signing.fingerprint)} is revoked here: never published nor restored again.`]),
      pushes
        ? 'Every proxy of the cluster signs anew at once.'
        : 'This istiod cannot make agents sign anew: proxies renew within half of a life; restart what must be sooner.',
      goal.crl === undefined
        ? 'No list of revoked certificates is distributed: the runbook for a stolen key says how one is made.'
        : `The list in ${goal.crl} is put beside it; it must cover the new intermediate too.`,
      `What cannot be undone: what a thief signs with the old key verifies${signing === undefined ? '' : ` until ${utc(signing.notAfter)}`}. Only that list or a new root stops it.`,
    ],
    hash: planHash(plan, { clusters: [cluster], sources: [source] }),
  };
}
