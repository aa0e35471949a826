/** Puts a copy of an earlier `cacerts` back, byte for byte, and holds what was there. */
import { shortFingerprint, utc } from '../mesh/wording.ts';
import { backupsOf, faultsOfBackup, missingBackup } from './backups.ts';
import { fromSettlement, markSteps, planned, stuck, take } from './decisions.ts';
import { backupMissing, backupUnfit } from './findings/change.ts';
import { close, fullFrameOf, type FullFrame, holdSince } from './frame.ts';
import type { ChangePlan, Decision, Goal, PlannedStep, Planner } from './goal.ts';
import { expectedOf, goodSecretOf, signingOf } from './look.ts';
import type { Backup, CaCluster, CaState } from './model.ts';
import { planHash } from './plan-hash.ts';
import { checkBefore, type Ready } from './prechecks.ts';
import { isUnproved } from './proof.ts';
import { count, settle } from './settle.ts';

type Restore = Extract<Goal, { readonly kind: 'restore' }>;

export const restore: Planner<Restore> = {
  plan(goal, state, now) {
    const checked = checkBefore(goal.cluster, state, now, { calm: false });
    if (!checked.ok) return { kind: 'refused', findings: checked.findings };
    const { cluster, cacerts } = checked.ready;
    const backup = backupOf(cluster, goal);
    if (backup === undefined) return { kind: 'refused', findings: [missing(cluster, goal)] };
    if (backup.contentId === cacerts.contentId) return { kind: 'nothing', says: [`${goal.cluster} has these very data already.`] };
    const faults = faultsOfBackup(backup, cacerts, now);
    if (faults.length > 0) return { kind: 'refused', findings: [backupUnfit(cluster, backup.name, faults)] };
    return { kind: 'plan', plan: planOf(goal, state, checked.ready, backup) };
  },

  decide(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return found.decision;
    return found.frame.intent.direction === 'back' ? undo(goal, found.frame) : putBack(goal, found.frame);
  },

  progress(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return [];
    const { cluster, cacerts, intent } = found.frame;
    const steps = stepsFor(goal, cluster, state);
    if (cacerts.contentId === backupOf(cluster, goal)?.contentId) return markSteps(steps, isUnproved(cacerts) ? 2 : 3);
    return markSteps(steps, missingBackup(cluster, cacerts, intent.id) === undefined ? 1 : 0);
  },
};

function backupOf(cluster: CaCluster, { backup }: Restore): Backup | undefined {
  return backupsOf(cluster).find(({ name }) => name === backup);
}

function missing(cluster: CaCluster, { backup }: Restore) {
  return backupMissing(
    cluster,
    backup,
    backupsOf(cluster).map(({ name }) => name),
  );
}

function putBack(goal: Restore, frame: FullFrame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const began = intent.baseline.contents[goal.cluster] ?? '';
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back: began }));
  if (proving !== undefined) return proving;
  const backup = backupOf(cluster, goal);
  if (backup === undefined) return stuck(missing(cluster, goal));
  if (cacerts.contentId === backup.contentId) {
    return close(frame, 'done', [`${goal.cluster} signs with ${shownSigning(backup)} again, proved`, ...heldLine(frame)]);
  }
  const hold = holdSince(frame);
  if (hold?.fingerprint === backup.facts.signing[0]?.fingerprint && hold !== undefined) {
    return close(frame, 'aborted', [`${goal.cluster} refused the backup and has what it had before`, hold.why]);
  }
  const copy = missingBackup(cluster, cacerts, intent.id);
  if (copy !== undefined) return take(copy, `back up cacerts of ${goal.cluster}`);
  const faults = faultsOfBackup(backup, cacerts, now);
  if (faults.length > 0) return stuck(backupUnfit(cluster, backup.name, faults));
  return take(stepOf(frame, backup, heldOf(frame, backup)), `put back ${backup.name} in ${goal.cluster}`);
}

/** Without a hold the next distribution would publish again what is taken back now. */
function heldOf({ source, intent }: FullFrame, backup: Backup): { readonly fingerprint: string; readonly why: string } | undefined {
  const next = source === undefined ? undefined : goodSecretOf(source)?.assembly.signing.fingerprint;
  if (next === undefined || next === backup.facts.signing[0]?.fingerprint) return undefined;
  return { fingerprint: next, why: `Plan ${intent.id} put ${backup.name} in its place.` };
}

function stepOf({ cluster, cacerts }: FullFrame, backup: Backup, hold: { readonly fingerprint: string; readonly why: string } | undefined) {
  return {
    kind: 'restore',
    cluster: cluster.identity.name,
    backup: backup.name,
    contentId: backup.contentId,
    expects: expectedOf(cacerts),
    hold,
  } as const;
}

/** Aborted: what was there at the beginning comes back, and the hold that this change placed goes. */
function undo(goal: Restore, frame: FullFrame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const began = intent.baseline.contents[goal.cluster] ?? '';
  if (cacerts.contentId !== began) {
    const backup = backupsOf(cluster).find(({ contentId }) => contentId === began);
    if (backup === undefined)
      return stuck(
        backupMissing(
          cluster,
          began.slice(0, 10),
          backupsOf(cluster).map(({ name }) => name),
        ),
      );
    return take(stepOf(frame, backup, undefined), `put back ${backup.name} in ${goal.cluster}`);
  }
  if (holdSince(frame)?.fingerprint === signingOf(cacerts)?.fingerprint && cacerts.record.hold !== undefined) {
    return take({ kind: 'releaseHold', cluster: goal.cluster, expects: expectedOf(cacerts) }, `release the hold in ${goal.cluster}`);
  }
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back: began }));
  return proving ?? close(frame, 'aborted', [`${goal.cluster} has what it had before`]);
}

function heldLine({ cacerts }: FullFrame): readonly string[] {
  const { hold } = cacerts.record;
  return hold === undefined
    ? []
    : [`${shortFingerprint(hold.fingerprint)} is held: /mesh release-hold publishes it, a renewal brings another.`];
}

function shownSigning({ facts }: Backup): string {
  const [signing] = facts.signing;
  return signing === undefined ? 'the backup' : `${shortFingerprint(signing.fingerprint)} (good until ${utc(signing.notAfter)})`;
}

function stepsFor(goal: Restore, cluster: CaCluster, state: CaState): readonly PlannedStep[] {
  const pods = cluster.istiods.ok ? cluster.istiods.value.length : 0;
  return [
    planned(`backup:${goal.cluster}`, `back up cacerts in ${goal.cluster}`),
    planned(`restore:${goal.cluster}`, `put back ${goal.backup}, nudge ${count(pods, 'istiod')}`, {
      risk: 'New workload certificates are signed by it from then on.',
    }),
    planned(`prove:${goal.cluster}`, `prove on ${pods === 1 ? 'it' : `all ${pods}`}: served chain`, {
      waitsMs: state.policy.proofWithinMs,
    }),
  ];
}

function planOf(goal: Restore, state: CaState, { cluster, cacerts, source }: Ready, backup: Backup): ChangePlan {
  const signing = signingOf(cacerts);
  const next = goodSecretOf(source)?.assembly.signing.fingerprint;
  const holds = next !== undefined && next !== backup.facts.signing[0]?.fingerprint;
  const plan = { goal, title: `Restore ${goal.backup} in ${goal.cluster}`, steps: stepsFor(goal, cluster, state), waived: [] };
  return {
    ...plan,
    now:
      signing === undefined
        ? []
        : [`${goal.cluster} signs with ${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)}`],
    then: [`${goal.cluster} signs with ${shownSigning(backup)}`],
    remarks: [
      'The roots are the same, byte for byte. No restart; running workloads keep their certificates.',
      ...(holds ? [`What cert-manager keeps for it (${shortFingerprint(next)}) is held until it is released or another is issued.`] : []),
      'Undo: any time, brings back what is there now.',
    ],
    hash: planHash(plan, { clusters: [cluster], sources: [source] }),
  };
}
