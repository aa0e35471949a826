/** Lets a certificate be published that was refused or taken back. */
import { shortFingerprint, utc } from '../mesh/wording.ts';
import { markSteps, planned, take } from './decisions.ts';
import { clusterUnknown } from './findings/change.ts';
import { clusterUnreachable, intentUnseen, revoked } from './findings/publication.ts';
import { close, fullFrameOf } from './frame.ts';
import type { Goal, Planner } from './goal.ts';
import { whyUnseen } from './judge.ts';
import { cacertsOf, clusterOf, expectedOf, goodSecretOf, sourceFor } from './look.ts';
import { planHash } from './plan-hash.ts';

type ReleaseHold = Extract<Goal, { readonly kind: 'releaseHold' }>;

export const releaseHold: Planner<ReleaseHold> = {
  plan(goal, state) {
    if (!state.intent.ok) return { kind: 'refused', findings: [intentUnseen(state)] };
    const cluster = clusterOf(state, goal.cluster);
    if (cluster === undefined) return { kind: 'refused', findings: [clusterUnknown(goal.cluster, state)] };
    const away = whyUnseen(cluster);
    if (away.length > 0) return { kind: 'refused', findings: [clusterUnreachable(cluster, away)] };
    const cacerts = cacertsOf(cluster);
    const hold = cacerts?.record.hold;
    if (cacerts === undefined || hold === undefined) return { kind: 'nothing', says: [`Nothing is held in ${goal.cluster}.`] };
    const source = sourceFor(state, cluster);
    const signing = source === undefined ? undefined : goodSecretOf(source)?.assembly.signing;
    const isNext = signing?.fingerprint === hold.fingerprint;
    if (isNext && cacerts.record.revoked.includes(hold.fingerprint)) return { kind: 'refused', findings: [revoked(cluster, signing)] };
    const steps = [planned(`release:${goal.cluster}`, `release the hold in ${goal.cluster}`)];
    const plan = { goal, title: `Release the hold in ${goal.cluster}`, steps, waived: [] };
    return {
      kind: 'plan',
      plan: {
        ...plan,
        now: [`${shortFingerprint(hold.fingerprint)} is held since ${utc(hold.at)}. ${hold.why}`],
        then: [
          isNext
            ? 'It is published at the next distribution, and proved like any other.'
            : 'Nothing else changes: cert-manager has issued another one since.',
        ],
        remarks: ['If it is refused again, the last good one comes back and it is held again.'],
        hash: planHash(plan, { clusters: [cluster], sources: source === undefined ? [] : [source] }),
      },
    };
  },

  decide(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return found.decision;
    const { frame } = found;
    const { hold } = frame.cacerts.record;
    if (frame.intent.direction === 'back') return close(frame, 'aborted', [`The hold in ${goal.cluster} is as it was`]);
    if (hold === undefined)
      return close(frame, 'done', [
        `Nothing is held in ${goal.cluster} any more`,
        'The next distribution publishes what cert-manager issued.',
      ]);
    return take({ kind: 'releaseHold', cluster: goal.cluster, expects: expectedOf(frame.cacerts) }, `release the hold in ${goal.cluster}`);
  },

  progress(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return [];
    const over = found.frame.cacerts.record.hold === undefined ? 1 : 0;
    return markSteps([planned(`release:${goal.cluster}`, `release the hold in ${goal.cluster}`)], over);
  },
};
