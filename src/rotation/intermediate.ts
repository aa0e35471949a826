/** A new key and certificate for the istiod of one cluster, under the same root (domain.md C-I). */
import { formatDuration, HOUR, parseDuration } from '../core/duration.ts';
import { shortFingerprint, utc } from '../mesh/wording.ts';
import { backupsOf, faultsOfBackup, missingBackup } from './backups.ts';
import { fromSettlement, markSteps, planned, stuck, take, waitUntil } from './decisions.ts';
import { backupUnfit, backupMissing, linkDown } from './findings/change.ts';
import { olderUnproved } from './findings/publication.ts';
import { close, frameOf, fullFrameOf, type FullFrame, holdSince, signsAsBefore } from './frame.ts';
import type { ChangePlan, Decision, Goal, PlannedStep, Planner } from './goal.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { expectedOf, goodSecretOf, signingOf } from './look.ts';
import { marginOf, shownMargin } from './margin.ts';
import type { CaCluster, CaState } from './model.ts';
import { unprovedClusters } from './order.ts';
import { planHash } from './plan-hash.ts';
import { checkBefore, othersAway, type Ready } from './prechecks.ts';
import { isUnproved } from './proof.ts';
import { isBeingIssued, newCertificate, renew } from './renewal.ts';
import { count, restoreStep, settle } from './settle.ts';

type Intermediate = Extract<Goal, { readonly kind: 'intermediate' }>;

/** Agents renew after half of a life, give or take; an hour covers those that were away. */
const LATE = HOUR;
const USUAL_DURATION = '2160h';

export const intermediate: Planner<Intermediate> = {
  plan(goal, state, now) {
    const checked = checkBefore(goal.cluster, state, now, { calm: true });
    return checked.ok ? { kind: 'plan', plan: planOf(goal, state, checked.ready, now) } : { kind: 'refused', findings: checked.findings };
  },

  decide(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return found.decision;
    return found.frame.intent.direction === 'back' ? goBack(found.frame) : goForward(found.frame);
  },

  progress(goal, state, now) {
    const found = frameOf(goal, state, now);
    if ('decision' in found || found.frame.cacerts === undefined) return [];
    const frame: FullFrame = { ...found.frame, cacerts: found.frame.cacerts };
    const steps = stepsFor(frame.cluster, state, true);
    return markSteps(steps, stepsOver(frame));
  },
};

function goForward(frame: FullFrame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const back = intent.baseline.contents[cluster.identity.name] ?? '';
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back }));
  if (proving !== undefined) return proving;
  if (!signsAsBefore(frame)) return close(frame, 'done', endOf(frame));
  const hold = holdSince(frame);
  if (hold !== undefined) return close(frame, 'aborted', takenBack(frame, hold.why));
  const copy = missingBackup(cluster, cacerts, intent.id);
  if (copy !== undefined) return take(copy, `back up cacerts of ${cluster.identity.name}`);
  return newCertificate(frame) === undefined ? renew(frame) : publish(frame, {});
}

/** The new certificate is there: it is written once nothing stands in its way. */
export function publish(frame: FullFrame, options: JudgeOptions & { readonly alone?: boolean }): Decision {
  const { cluster, state, now } = frame;
  const { name } = cluster.identity;
  const others = unprovedClusters(state).filter((one) => one.cluster.identity.name !== name);
  if (others.length > 0)
    return stuck(
      olderUnproved(
        cluster,
        others.map((one) => one.cluster.identity.name),
      ),
    );
  const away = othersAway(state, name);
  if (away.length > 0 && options.alone !== true) return stuck(linkDown(cluster, away));
  const verdict = judge(state, cluster, now, options);
  switch (verdict.kind) {
    case 'write':
      return take(verdict.step, `write cacerts in ${name}`);
    case 'wait':
      return waitUntil(verdict.until, verdict.says);
    case 'same':
      return close(frame, 'done', endOf(frame));
    default:
      return stuck(verdict.finding);
  }
}

/** Aborted: what was written goes back and is held; what was only issued is held. */
export function goBack(frame: FullFrame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const { name } = cluster.identity;
  const back = intent.baseline.contents[name] ?? '';
  if (!signsAsBefore(frame)) {
    const copy = isUnproved(cacerts) ? undefined : missingBackup(cluster, cacerts, intent.id);
    if (copy !== undefined) return take(copy, `back up cacerts of ${name}`);
    return putBack(frame, back);
  }
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back }));
  if (proving !== undefined) return proving;
  if (isBeingIssued(frame))
    return { kind: 'wait', says: `cert-manager still issues; what comes is held`, until: undefined, deadline: undefined };
  const fresh = newCertificate(frame);
  if (fresh === undefined) return close(frame, 'aborted', takenBack(frame, undefined));
  const why = `Issued for plan ${intent.id}, which was aborted.`;
  return take(
    { kind: 'hold', cluster: name, fingerprint: fresh.fingerprint, why, expects: expectedOf(cacerts) },
    `hold the new certificate of ${name}`,
  );
}

function putBack(frame: FullFrame, content: string): Decision {
  const { cluster, cacerts, now, intent } = frame;
  const kept = backupsOf(cluster);
  const backup = kept.find(({ contentId }) => contentId === content);
  if (backup === undefined)
    return stuck(
      backupMissing(
        cluster,
        content.slice(0, 10),
        kept.map(({ name }) => name),
      ),
    );
  const faults = faultsOfBackup(backup, cacerts, now);
  if (faults.length > 0) return stuck(backupUnfit(cluster, backup.name, faults));
  return take(
    restoreStep(cluster, cacerts, backup, `Taken back: plan ${intent.id} was aborted.`),
    `put back ${backup.name} in ${cluster.identity.name}`,
  );
}

function takenBack({ cluster, cacerts }: FullFrame, why: string | undefined): readonly string[] {
  const signing = signingOf(cacerts);
  const { name } = cluster.identity;
  const until = signing === undefined ? '' : ` (${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)})`;
  const { hold } = cacerts.record;
  return [
    `${name} signs with the intermediate that it had before${until}`,
    ...(why === undefined ? [] : [why]),
    ...(hold === undefined
      ? []
      : [`${shortFingerprint(hold.fingerprint)} is held: /mesh release-hold publishes it after all, a renewal brings another.`]),
  ];
}

/** What is so after the proof. */
export function endOf({ cluster, state, cacerts, now }: FullFrame): readonly string[] {
  const { name } = cluster.identity;
  const { proxies, istiods } = cluster;
  const pods = istiods.ok ? istiods.value.length : 0;
  const rolled = utc((cacerts.record.proved?.at ?? now) + state.policy.leafLifeMs / 2 + LATE);
  const kept = utc((cacerts.record.proved?.at ?? now) + state.policy.leafLifeMs);
  return [
    `${name} signs with the new intermediate, proved on ${count(pods, 'istiod')}`,
    proxies === undefined
      ? `Its proxies renew by themselves, the last by ${rolled}.`
      : `${proxies.renewed} of ${proxies.asked} proxies have renewed; the rest do by ${rolled}.`,
    `The backup is kept until ${kept} and longer.`,
  ];
}

/** How many lines of the plan are over. */
export function stepsOver(frame: FullFrame): number {
  const { cluster, cacerts, intent, state, now } = frame;
  if (!signsAsBefore(frame)) return isUnproved(cacerts) ? 4 : 5;
  if (missingBackup(cluster, cacerts, intent.id) !== undefined) return 0;
  if (newCertificate(frame) === undefined) return 1;
  return judge(state, cluster, now).kind === 'wait' ? 2 : 3;
}

export function stepsFor(cluster: CaCluster, state: CaState, withRenewal: boolean, margin?: string): readonly PlannedStep[] {
  const { name } = cluster.identity;
  const pods = cluster.istiods.ok ? cluster.istiods.value.length : 0;
  const waits = marginOf(state);
  return [
    planned(`backup:${name}`, `back up cacerts in ${name}`),
    withRenewal
      ? planned(`renew:${name}`, 'new certificate from cert-manager')
      : planned(`renew:${name}`, 'take the certificate that cert-manager issued already'),
    planned(`margin:${name}`, `wait ${margin ?? shownMargin(waits)}`, margin === undefined ? { waitsMs: waits.ms } : {}),
    planned(`write:${name}`, `write cacerts, nudge ${count(pods, 'istiod')}`, {
      risk: 'New workload certificates are signed by it from then on.',
    }),
    planned(`prove:${name}`, pods === 1 ? 'prove on it: served chain' : `prove on all ${pods}: served chain`, {
      risk: 'What is not proved in time is put back and held.',
      waitsMs: state.policy.proofWithinMs,
    }),
  ];
}

/** What is so now, and what will be, one line each. */
export function nowAndThen({ cluster, cacerts, source }: Ready, now: number): Pick<ChangePlan, 'now' | 'then'> {
  const signing = signingOf(cacerts);
  const fresh = goodSecretOf(source)?.assembly.signing;
  const waiting =
    fresh !== undefined && fresh.fingerprint !== signing?.fingerprint && fresh.fingerprint !== cacerts.record.hold?.fingerprint;
  const ends = waiting ? fresh.notAfter : now + (parseDuration(source.certificate?.spec.duration ?? USUAL_DURATION) ?? 0);
  const name = signing?.commonName ?? `the intermediate of ${cluster.identity.name}`;
  return {
    now: signing === undefined ? [] : [`${name} · ${shortFingerprint(signing.fingerprint)} · ends ${utc(signing.notAfter)}`],
    then: [
      waiting
        ? `${shortFingerprint(fresh.fingerprint)}, issued already, under the same root · until ${utc(ends)}`
        : `a new ${keepsKey(source) ? 'certificate for the same key' : 'key and certificate'} under the same root · until ${utc(ends).slice(0, 10)}`,
    ],
  };
}

export function keepsKey({ certificate }: Ready['source']): boolean {
  return certificate?.spec.rotationPolicy === 'Never';
}

function planOf(goal: Intermediate, state: CaState, ready: Ready, now: number): ChangePlan {
  const { cluster, source } = ready;
  const { name } = cluster.identity;
  const lines = nowAndThen(ready, now);
  const steps = stepsFor(cluster, state, !lines.then.some((line) => line.includes('issued already')));
  const plan = { goal, title: `Rotate the intermediate of ${name}`, steps, waived: [] };
  const others = state.clusters.map(({ identity }) => identity.name).filter((other) => other !== name);
  const half = formatDuration(state.policy.leafLifeMs / 2);
  return {
    ...plan,
    ...lines,
    remarks: [
      `No restart.${others.length === 0 ? '' : ` ${others.length === 1 ? `${others[0] ?? ''} is` : `The other ${others.length} clusters are`} not touched.`}`,
      `Running workloads keep their certificates and renew within ${half}.`,
      ...(keepsKey(source) ? ['Its Certificate says rotationPolicy: Never, so the key stays the same.'] : []),
      'Undo: any time, brings back what is there now.',
    ],
    hash: planHash(plan, { clusters: [cluster], sources: [source] }),
  };
}
