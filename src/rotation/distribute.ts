/** Brings what cert-manager issued to the clusters. Needs no approval: it never changes a root, and puts back what is not proved. */
import type { Finding } from '../mesh/finding.ts';
import { listNames, shortFingerprint, utc } from '../mesh/wording.ts';
import { missingBackup, tidyBackups } from './backups.ts';
import { done, fromSettlement, markSteps, planned, stuck, take, waitFor, waitUntil } from './decisions.ts';
import { intentUnseen, stoppedByHold } from './findings/publication.ts';
import type { ChangePlan, Decision, Goal, PlannedStep, Planner, Step } from './goal.ts';
import { judge, type Verdict, type WriteStep } from './judge.ts';
import { cacertsOf, clustersIn, intentOf, signingOf, sourceFor } from './look.ts';
import { marginOf, shownMargin } from './margin.ts';
import type { CaCluster, CaState } from './model.ts';
import { holdOfRound, roomForWrites, roundBegan, unprovedClusters } from './order.ts';
import { planHash } from './plan-hash.ts';
import { count, noteProof, settle } from './settle.ts';

type Distribute = Extract<Goal, { readonly kind: 'distribute' }>;

/** A cluster with what is to become of it. */
interface Judged {
  readonly cluster: CaCluster;
  readonly verdict: Verdict;
}

/** What marks the copies that are taken without a change of anybody's. */
const TAKEN_FOR = 'distribute';

export const distribute: Planner<Distribute> = {
  plan(goal, state, now) {
    if (!state.intent.ok) return { kind: 'refused', findings: [intentUnseen(state)] };
    const judged = judgeAll(goal, state, now);
    const moving = judged.filter(({ verdict }) => verdict.kind === 'write' || verdict.kind === 'wait');
    const findings = findingsIn(judged);
    if (moving.length > 0) return { kind: 'plan', plan: planOf(goal, state, moving, findings) };
    if (findings.length > 0) return { kind: 'refused', findings };
    return { kind: 'nothing', says: linesOf(goal, state) };
  },

  decide(goal, state, now) {
    if (!state.intent.ok) return stuck(intentUnseen(state));
    const proving = proveWritten(state, now);
    if (proving?.kind === 'step' || proving?.kind === 'stuck') return proving;
    const judged = judgeAll(goal, state, now);
    const noted = noteNext(judged, now);
    if (noted !== undefined) return noted;
    return writeNext(goal, state, judged) ?? proving ?? rest(goal, state, judged, now);
  },

  progress(goal, state, now) {
    return clustersIn(state, goal.only).flatMap((cluster) => {
      if (isConcerned(state, cluster.identity.name)) return [];
      const unproved = unprovedClusters(state).some((one) => one.cluster.identity.name === cluster.identity.name);
      const { kind } = judge(state, cluster, now);
      if (unproved) return markSteps(stepsFor(cluster, state), 2);
      return kind === 'write' || kind === 'wait' ? markSteps(stepsFor(cluster, state), -1) : [];
    });
  },
};

/** True where a change is under way that this cluster belongs to: it is left to that change. */
function isConcerned(state: CaState, name: string): boolean {
  const goal = intentOf(state)?.intent.goal;
  if (goal === undefined || goal.kind === 'distribute') return false;
  return goal.kind === 'root' || goal.cluster === name;
}

function judgeAll({ only }: Distribute, state: CaState, now: number): readonly Judged[] {
  return clustersIn(state, only)
    .filter(({ identity }) => !isConcerned(state, identity.name))
    .map((cluster) => ({ cluster, verdict: judge(state, cluster, now) }));
}

/** What is written comes first: while one cluster is neither proved nor put back, nobody else is written beyond the wave. */
function proveWritten(state: CaState, now: number): Decision | undefined {
  const decisions = unprovedClusters(state).map(({ cluster, object }): Decision | undefined => {
    const { name } = cluster.identity;
    if (isConcerned(state, name)) return waitFor(`a change is under way in ${name} and not proved yet`, undefined);
    return fromSettlement(settle(cluster, object, { policy: state.policy, now }));
  });
  const found = decisions.filter((decision) => decision !== undefined);
  const steps = found.find(({ kind }) => kind === 'step');
  if (steps !== undefined) return steps;
  const findings = found.flatMap((decision) => (decision.kind === 'stuck' ? decision.findings : []));
  return findings.length > 0 ? stuck(...findings) : found[0];
}

function noteNext(judged: readonly Judged[], now: number): Decision | undefined {
  for (const { cluster } of judged) {
    const object = cacertsOf(cluster);
    const step = object === undefined ? undefined : noteProof(cluster, object, now);
    if (step !== undefined) return take(step, `note the proof of ${cluster.identity.name}`);
  }
  return undefined;
}

/** The next write and the copy before it; undefined: nothing may be written now. */
function writeNext(goal: Distribute, state: CaState, judged: readonly Judged[]): Decision | undefined {
  const writes = judged.flatMap(({ cluster, verdict }) => (verdict.kind === 'write' ? [{ cluster, step: verdict.step }] : []));
  const ready = writes.filter(({ cluster }) => !unprovedClusters(state).some((one) => one.cluster.identity.name === cluster.identity.name));
  const [next] = ready;
  if (next === undefined) return undefined;
  const began = roundBegan(
    state,
    ready.map(({ cluster }) => cluster),
  );
  if (roomForWrites(state, began) <= 0) return undefined;
  const refused = goal.only === undefined ? holdOfRound(state, began) : undefined;
  if (refused !== undefined) {
    const stopped = ready.map(({ cluster }) => stoppedByHold(cluster, refused.cluster, refused.hold));
    return stuck(...findingsIn(judged), ...stopped);
  }
  return writeOne(next.cluster, next.step);
}

function writeOne(cluster: CaCluster, step: WriteStep): Decision {
  const object = cacertsOf(cluster);
  const copy = object === undefined ? undefined : missingBackup(cluster, object, TAKEN_FOR);
  if (copy !== undefined) return take(copy, `back up cacerts of ${cluster.identity.name}`);
  return take(step, `write cacerts in ${cluster.identity.name}`);
}

/** Nothing is to be written: copies that are over go, then it waits, tells what is in the way, or is done. */
function rest(goal: Distribute, state: CaState, judged: readonly Judged[], now: number): Decision {
  const tidy = tidyNext(judged, state, now);
  if (tidy !== undefined) return tidy;
  const waits = judged.flatMap(({ verdict }) => (verdict.kind === 'wait' ? [verdict] : []));
  const [first] = waits.toSorted((a, b) => a.until - b.until);
  if (first !== undefined) return waitUntil(first.until, first.says);
  const findings = findingsIn(judged);
  const refused = judged.some(({ verdict }) => verdict.kind === 'refuse');
  return refused ? stuck(...findings) : done(linesOf(goal, state), findings);
}

function tidyNext(judged: readonly Judged[], { policy }: CaState, now: number): Decision | undefined {
  for (const { cluster } of judged) {
    const step: Step | undefined = tidyBackups(cluster, policy, now);
    if (step === undefined) continue;
    const what = step.kind === 'deleteBackup' ? 'delete a backup that is over' : 'archive a backup that nothing hangs on any more';
    return take(step, `${what} in ${cluster.identity.name}`);
  }
  return undefined;
}

function findingsIn(judged: readonly Judged[]): readonly Finding[] {
  return judged.flatMap(({ verdict }) => (verdict.kind === 'refuse' || verdict.kind === 'skip' ? [verdict.finding] : []));
}

/** What each cluster signs with. */
function linesOf({ only }: Distribute, state: CaState): readonly string[] {
  return clustersIn(state, only).flatMap((cluster) => {
    const { name } = cluster.identity;
    if (isConcerned(state, name)) return [`${name} is left to the change that is under way (plan ${intentOf(state)?.intent.id ?? ''})`];
    const object = cacertsOf(cluster);
    const signing = object === undefined ? undefined : signingOf(object);
    return signing === undefined
      ? []
      : [`${name} signs with ${shortFingerprint(signing.fingerprint)}, good until ${utc(signing.notAfter)}`];
  });
}

function stepsFor(cluster: CaCluster, state: CaState): readonly PlannedStep[] {
  const { name } = cluster.identity;
  const pods = cluster.istiods.ok ? cluster.istiods.value.length : 0;
  return [
    ...(cacertsOf(cluster) === undefined ? [] : [planned(`backup:${name}`, `back up cacerts in ${name}`)]),
    planned(`write:${name}`, `write cacerts in ${name}, nudge ${count(pods, 'istiod')}`, {
      risk: 'New workload certificates are signed by it from then on.',
    }),
    planned(`prove:${name}`, `prove on ${pods === 1 ? 'it' : 'each'}: served chain`, { waitsMs: state.policy.proofWithinMs }),
  ];
}

function planOf(goal: Distribute, state: CaState, moving: readonly Judged[], findings: readonly Finding[]): ChangePlan {
  const clusters = moving.map(({ cluster }) => cluster);
  const names = clusters.map(({ identity }) => identity.name);
  const wait = moving.some(({ verdict }) => verdict.kind === 'wait');
  const steps = [
    ...(wait ? [planned('margin', `wait ${shownMargin(marginOf(state))}`, { waitsMs: marginOf(state).ms })] : []),
    ...clusters.flatMap((cluster) => stepsFor(cluster, state)),
  ];
  const plan = { goal, title: `Distribute cacerts to ${listNames(names)}`, steps, waived: [] };
  const sources = clusters.flatMap((cluster) => sourceFor(state, cluster) ?? []);
  return {
    ...plan,
    now: linesOf({ ...goal, only: names }, state),
    then: moving.flatMap(({ cluster, verdict }) =>
      verdict.kind === 'write'
        ? [
            `${cluster.identity.name} signs with ${shortFingerprint(verdict.signing.fingerprint)}, good until ${utc(verdict.signing.notAfter)}`,
          ]
        : [`${cluster.identity.name}: ${verdict.kind === 'wait' ? verdict.says : ''}`],
    ),
    remarks: [
      'Roots are not touched, and nothing is restarted.',
      'What is not proved in time is put back and held.',
      ...findings.map(({ title }) => title),
    ],
    hash: planHash(plan, { clusters, sources }),
  };
}
