/** Takes over a `cacerts` that somebody else made, once, with a copy of what was there. */
import { listNames, shortFingerprint, utc } from '../mesh/wording.ts';
import { backupsOf, missingBackup } from './backups.ts';
import { fromSettlement, markSteps, planned, stuck, take, waitFor, waitUntil } from './decisions.ts';
import { adoptRestartUnsafe, adoptRootDiffers, clusterUnknown } from './findings/change.ts';
import { clusterUnreachable, intentUnseen, olderUnproved } from './findings/publication.ts';
import { close, type Frame, frameOf, fullFrameOf } from './frame.ts';
import type { ChangePlan, Decision, Goal, Planned, PlannedStep, Planner } from './goal.ts';
import { askIstiods } from './istiod-gate.ts';
import { judge, type Verdict, whyUnseen } from './judge.ts';
import { cacertsOf, clusterOf, rootOf, rootOfSource, signingOf, sourceFor } from './look.ts';
import { marginOf, shownMargin } from './margin.ts';
import type { CaCluster, CacertsObject, CaState, IstiodPod } from './model.ts';
import { unprovedClusters } from './order.ts';
import { planHash } from './plan-hash.ts';
import { othersAway } from './prechecks.ts';
import { isUnproved } from './proof.ts';
import { count, restoreStep, settle } from './settle.ts';

type Adopt = Extract<Goal, { readonly kind: 'adopt' }>;

const OWNERS = {
  meshwarden: 'meshwarden',
  kubectl: 'kubectl',
  gitops: 'a GitOps tool',
  istiod: 'istiod itself',
  other: 'somebody else',
} as const;

export const adopt: Planner<Adopt> = {
  plan(goal, state, now) {
    if (!state.intent.ok) return { kind: 'refused', findings: [intentUnseen(state)] };
    const cluster = clusterOf(state, goal.cluster);
    if (cluster === undefined) return { kind: 'refused', findings: [clusterUnknown(goal.cluster, state)] };
    const away = whyUnseen(cluster);
    if (away.length > 0) return { kind: 'refused', findings: [clusterUnreachable(cluster, away)] };
    return planHere(goal, cluster, state, now);
  },

  decide(goal, state, now) {
    const found = frameOf(goal, state, now);
    if ('decision' in found) return found.decision;
    return found.frame.intent.direction === 'back' ? goBack(goal, found.frame) : goForward(goal, found.frame);
  },

  progress(goal, state, now) {
    const found = fullFrameOf(goal, state, now);
    if ('decision' in found) return [];
    const { cluster, cacerts, intent } = found.frame;
    const blind = blindPods(cluster, cacerts, now);
    const steps = stepsFor(cluster, state, { restart: blind.length > 0 || pods(cluster).some(({ startedAt }) => startedAt === undefined) });
    const at = (kind: string) => steps.findIndex(({ key }) => key.startsWith(`${kind}:`));
    if (cacerts.ownership.kind !== 'meshwarden')
      return markSteps(steps, missingBackup(cluster, cacerts, intent.id) === undefined ? at('write') : at('backup'));
    if (blind.length > 0) return markSteps(steps, at('restart'));
    return markSteps(steps, isUnproved(cacerts) ? at('prove') : steps.length);
  },
};

function planHere(goal: Adopt, cluster: CaCluster, state: CaState, now: number): Planned {
  const cacerts = cacertsOf(cluster);
  const blind = blindPods(cluster, cacerts, now);
  if (cacerts === undefined && pods(cluster).length === 0) {
    return { kind: 'nothing', says: [`${goal.cluster} has no cacerts and no istiod: /mesh distribute writes the first one.`] };
  }
  if (cacerts?.ownership.kind === 'meshwarden' && blind.length === 0)
    return { kind: 'nothing', says: [`cacerts of ${goal.cluster} is ours already.`] };
  const changed = changeOfRoot(cluster, state);
  if (changed !== undefined) return { kind: 'refused', findings: [changed] };
  const verdict = judge(state, cluster, now, { takeOver: true });
  if (verdict.kind === 'refuse' || verdict.kind === 'skip') return { kind: 'refused', findings: [verdict.finding] };
  const others = othersAway(state, goal.cluster);
  if (blind.length > 0 && others.length > 0) return { kind: 'refused', findings: [adoptRestartUnsafe(cluster, others)] };
  return { kind: 'plan', plan: planOf(goal, { cluster, cacerts, blind, verdict }, state) };
}

/** The root that its workloads trust now is not the one that the new data belong to. Without a `cacerts` only what istiod publishes tells. */
function changeOfRoot(cluster: CaCluster, state: CaState) {
  const source = sourceFor(state, cluster);
  const wanted = source === undefined ? undefined : rootOfSource(source);
  if (wanted === undefined) return undefined;
  const cacerts = cacertsOf(cluster);
  const isTls = cacerts?.facts.keys.includes('tls.crt') === true;
  const present = cacerts === undefined || isTls ? undefined : rootOf(cacerts.facts);
  if (present !== undefined) return present.fingerprint === wanted.fingerprint ? undefined : adoptRootDiffers(cluster, present, wanted);
  const published = cluster.published.ok ? cluster.published.value : [];
  const trusted =
    published.length > 0 &&
    published.every(({ certificates }) => certificates.some(({ fingerprint }) => fingerprint === wanted.fingerprint));
  return trusted ? undefined : adoptRootDiffers(cluster, published.flatMap(({ certificates }) => certificates)[0], wanted);
}

function pods({ istiods }: CaCluster): readonly IstiodPod[] {
  return istiods.ok ? istiods.value : [];
}

/** Istiods that only a restart makes use it. In the style `tls.crt` what they run with is not told: they are restarted too. */
function blindPods(cluster: CaCluster, cacerts: CacertsObject | undefined, now: number): readonly IstiodPod[] {
  const gate = askIstiods(cluster, cacerts, undefined, now);
  return gate.kind === 'restart' ? gate.pods : [];
}

function goForward(goal: Adopt, frame: Frame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  if (cacerts?.ownership.kind !== 'meshwarden') return takeOver(goal, frame);
  const blind = blindPods(cluster, cacerts, now);
  if (blind.length > 0) return restart(goal, frame, blind);
  const back = intent.baseline.contents[goal.cluster] ?? '';
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back, fromStart: true }));
  if (proving !== undefined) return proving;
  const signing = signingOf(cacerts);
  const until = signing === undefined ? '' : `, good until ${utc(signing.notAfter)}`;
  return close(frame, 'done', [`cacerts of ${goal.cluster} is ours and proved${until}`, 'Renewals reach it by themselves from now on.']);
}

function takeOver(goal: Adopt, frame: Frame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const others = unprovedClusters(state).flatMap((one) => (one.cluster.identity.name === goal.cluster ? [] : [one.cluster.identity.name]));
  if (others.length > 0) return stuck(olderUnproved(cluster, others));
  const changed = changeOfRoot(cluster, state);
  if (changed !== undefined) return stuck(changed);
  const copy = cacerts === undefined ? undefined : missingBackup(cluster, cacerts, intent.id);
  if (copy !== undefined) return take(copy, `back up cacerts of ${goal.cluster}`);
  const verdict = judge(state, cluster, now, { takeOver: true });
  if (verdict.kind === 'write') return take(verdict.step, `take over cacerts in ${goal.cluster}`);
  if (verdict.kind === 'wait') return waitUntil(verdict.until, verdict.says);
  return verdict.kind === 'same' ? close(frame, 'done', [`cacerts of ${goal.cluster} is ours`]) : stuck(verdict.finding);
}

/** One revision after the other; approved with the plan. */
function restart(goal: Adopt, { cluster, state }: Frame, blind: readonly IstiodPod[]): Decision {
  const starting = pods(cluster).filter(({ ready, startedAt }) => !ready || startedAt === undefined);
  if (starting.length > 0) return waitFor(`${goal.cluster}: ${listNames(starting.map(({ name }) => name))} is starting`, undefined);
  const away = othersAway(state, goal.cluster);
  if (away.length > 0) return stuck(adoptRestartUnsafe(cluster, away));
  const revision = blind[0]?.revision ?? 'default';
  const why = 'it watches only what was there when it started';
  return take({ kind: 'restart', cluster: goal.cluster, revision, why }, `restart istiod (${revision}) in ${goal.cluster}: ${why}`);
}

/** Aborted: what was there comes back, as data of ours. */
function goBack(goal: Adopt, frame: Frame): Decision {
  const { cluster, cacerts, state, now, intent } = frame;
  const began = intent.baseline.contents[goal.cluster] ?? '';
  if (cacerts?.ownership.kind !== 'meshwarden') return close(frame, 'aborted', [`cacerts of ${goal.cluster} is as it was`]);
  const backup = backupsOf(cluster).find(({ contentId }) => contentId === began);
  if (cacerts.contentId !== began && backup !== undefined) {
    return take(
      restoreStep(cluster, cacerts, backup, `Taken back: plan ${intent.id} was aborted.`),
      `put back ${backup.name} in ${goal.cluster}`,
    );
  }
  const proving = fromSettlement(settle(cluster, cacerts, { policy: state.policy, now, back: began, fromStart: true }));
  const kept =
    backup === undefined ? 'There was nothing to put back: the new data stay.' : 'What was there before is back, owned by meshwarden.';
  return proving ?? close(frame, 'aborted', [`cacerts of ${goal.cluster}: ${kept}`]);
}

interface Adopted {
  readonly cluster: CaCluster;
  readonly cacerts: CacertsObject | undefined;
  readonly blind: readonly IstiodPod[];
  readonly verdict: Verdict;
}

function stepsFor(cluster: CaCluster, state: CaState, { restart: withRestart }: { readonly restart: boolean }): readonly PlannedStep[] {
  const { name } = cluster.identity;
  const waits = marginOf(state);
  return [
    ...(cacertsOf(cluster) === undefined ? [] : [planned(`backup:${name}`, `back up cacerts in ${name}`)]),
    planned(`margin:${name}`, `see that the new certificate is ${shownMargin(waits)} old`),
    planned(`write:${name}`, `take over cacerts in ${name}`, { risk: 'New workload certificates are signed by it from then on.' }),
    ...(withRestart
      ? [
          planned(`restart:${name}`, `restart ${count(pods(cluster).length, 'istiod')}`, {
            risk: 'No certificate is signed for some seconds; proxies go on.',
          }),
        ]
      : []),
    planned(`prove:${name}`, 'prove on each istiod: served chain', { waitsMs: state.policy.proofWithinMs }),
  ];
}

function planOf(goal: Adopt, { cluster, cacerts, blind, verdict }: Adopted, state: CaState): ChangePlan {
  const steps = stepsFor(cluster, state, { restart: blind.length > 0 });
  const plan = { goal, title: `Adopt the cacerts of ${goal.cluster}`, steps, waived: [] };
  const source = sourceFor(state, cluster);
  return {
    ...plan,
    now: nowOf(cluster, cacerts),
    then: thenOf(verdict, goal),
    remarks: [
      ...warningsOf(cacerts),
      blind.length > 0 ? `${count(blind.length, 'istiod')} must restart: it watches only what was there when it started.` : 'No restart.',
      'The root stays the same; running workloads keep their certificates.',
      ...(cacerts === undefined ? ['Undo: there is nothing to go back to.'] : ['Undo: brings the data back; they stay ours.']),
    ],
    hash: planHash(plan, { clusters: [cluster], sources: source === undefined ? [] : [source] }),
  };
}

function nowOf(cluster: CaCluster, cacerts: CacertsObject | undefined): readonly string[] {
  if (cacerts === undefined) return [`${cluster.identity.name} has no cacerts; istiod runs with what it read before.`];
  const { kind, managers } = cacerts.ownership;
  const signing = signingOf(cacerts);
  const by = managers.length === 0 ? '' : ` (${listNames(managers)})`;
  return [
    `cacerts belongs to ${OWNERS[kind]}${by}`,
    ...(signing === undefined ? [] : [`It signs with ${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)}`]),
  ];
}

function thenOf(verdict: Verdict, { cluster }: Adopt): readonly string[] {
  if (verdict.kind === 'wait') return [verdict.says];
  if (verdict.kind !== 'write') return [`cacerts of ${cluster} as it is, served by every istiod`];
  return [`cacerts is ours and signs with ${shortFingerprint(verdict.signing.fingerprint)}, good until ${utc(verdict.signing.notAfter)}`];
}

function warningsOf(cacerts: CacertsObject | undefined): readonly string[] {
  if (cacerts === undefined) return [];
  const { kind, application } = cacerts.ownership;
  return [
    ...(kind === 'gitops'
      ? [`${application ?? 'A GitOps tool'} will take it back: take cacerts out of what it manages first, or it fights this for ever.`]
      : []),
    ...(cacerts.keyInAnnotation ? ['kubectl left the private key in an annotation: it is taken out.'] : []),
    ...(cacerts.facts.keys.includes('tls.crt')
      ? ['It is in the style tls.crt, which cannot carry two roots: the four files take its place.']
      : []),
  ];
}
