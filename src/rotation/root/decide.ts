/** What a root rotation does now, in either direction. */
import { MINUTE } from '../../core/duration.ts';
import { utc } from '../../mesh/wording.ts';
import { missingBackup } from '../backups.ts';
import type { Decision, Step } from '../goal.ts';
import { expectedOf, goodSecretOf, intentOf, signerStateOf } from '../look.ts';
import { marginOf } from '../margin.ts';
import type { CaState } from '../model.ts';
import { type Course, courseOf, endsOf, type Position, pushesRoots, type RootGoal, sourceOf, takesRoots, trustsAtOnce } from './course.ts';
import { closing } from './close.ts';
import { foreignRoot, noCacerts, noIntent, nothingTrusted, noWayBack, notSeen, signerNotSeen, untilText } from './findings.ts';
import { fitSource, issueGeneration } from './issue.ts';
import { noteAnew, proveCluster } from './prove.ts';
import { restartOf } from './restart.ts';

/** What agents are given to come back to an istiod and take what it pushes, in milliseconds. */
const RECONNECTED = 5 * MINUTE;

export function decideRoot(goal: RootGoal, state: CaState, now: number): Decision {
  const intent = intentOf(state);
  if (intent === undefined || intent.intent.goal.kind !== 'root') return { kind: 'stuck', findings: [noIntent()] };
  const course = courseOf(goal, state, now, intent);
  return settleWritten(course) ?? requireSight(course) ?? walk(course);
}

/** What is written comes first, whatever else cannot be seen: nothing more is written before it is proved or put back. */
function settleWritten(course: Course): Decision | undefined {
  for (const position of course.positions) {
    const decision = proveCluster(course, position);
    if (decision !== undefined) return decision;
  }
  return undefined;
}

function requireSight({ state }: Course): Decision | undefined {
  const findings = state.clusters.flatMap((cluster) => {
    if (!cluster.api.ok) return [notSeen(cluster, 'The API server', cluster.api.failure.message)];
    if (!cluster.cacerts.ok) return [notSeen(cluster, 'cacerts', cluster.cacerts.failure.message)];
    if (cluster.cacerts.value === null) return [noCacerts(cluster)];
    if (!cluster.istiods.ok) return [notSeen(cluster, 'istiod', cluster.istiods.failure.message)];
    return cluster.backups.ok ? [] : [notSeen(cluster, 'The backups', cluster.backups.failure.message)];
  });
  if (!state.signer.ok) findings.push(signerNotSeen(state.signer.failure.message));
  else if (signerStateOf(state)?.available === false) findings.push(signerNotSeen('cert-manager is not available.'));
  return findings.length === 0 ? undefined : { kind: 'stuck', findings };
}

function walk(course: Course): Decision {
  const { direction, positions, newRoot } = course;
  const { to, from } = endsOf(course);
  if (direction === 'back' && newRoot === undefined) return closing(course);
  if (direction === 'back' && !hasWayBack(course)) return endForward(course);
  const arrived = to !== undefined && positions.every(({ signer }) => signer === to);
  if (direction === 'forward' && !arrived) {
    const decision = issueGeneration(course);
    if (decision !== undefined) return decision;
  }
  if (to === undefined || from === undefined) return { kind: 'stuck', findings: [signerNotSeen('The two roots cannot be told apart.')] };
  const known = requireKnown(course, [to, from]);
  if (known !== undefined) return known;
  const way = { to, from };
  return refresh(course) ?? (arrived ? drop(course, way) : cross(course, way)) ?? closing(course);
}

/** What a cluster would sign with again is still there. */
function hasWayBack(course: Course): boolean {
  return course.positions.every(
    ({ name, signer }) => signer === course.oldRoot || (sourceOf(course, name, course.old)?.certificate ?? null) !== null,
  );
}

/** The old generation is being retired: with everything under the new root alone there is but one end. */
function endForward(course: Course): Decision {
  const { positions, newRoot } = course;
  const isOver = positions.every(({ signer, roots }) => signer === newRoot && roots.every((root) => root === newRoot));
  return isOver ? closing({ ...course, direction: 'forward' }) : { kind: 'stuck', findings: [noWayBack()] };
}

interface Way {
  readonly to: string;
  readonly from: string;
}

function requireKnown({ positions }: Course, roots: readonly string[]): Decision | undefined {
  const findings = positions.flatMap((position) => {
    if (position.signer === undefined) return [nothingTrusted(position.cluster)];
    const foreign = position.roots.filter((root) => !roots.includes(root));
    return foreign.length === 0 ? [] : [foreignRoot(position.cluster, foreign)];
  });
  return findings.length === 0 ? undefined : { kind: 'stuck', findings };
}

/** A rotation may rest for months: an intermediate that runs out meanwhile is replaced by what cert-manager renewed under the same root. */
function refresh(course: Course): Decision | undefined {
  const { now, state, leafLifeMs } = course;
  for (const position of course.positions) {
    const [signing] = position.object.facts.signing;
    if (signing === undefined || signing.notAfter - now > Math.max(2 * leafLifeMs, state.policy.renewBeforeMs / 2)) continue;
    const generation = position.signer === course.newRoot ? course.new : course.old;
    const source = sourceOf(course, position.name, generation);
    const good = source === undefined ? undefined : goodSecretOf(source);
    if (good === undefined || good.assembly.signing.notBefore <= signing.notBefore) continue;
    const fit = fitSource(course, position.cluster, generation);
    if (fit.kind === 'fit') return writeSource(course, position, { generation, roots: 'keep' });
  }
  return undefined;
}

/** Both roots everywhere, time for every proxy to learn of them, then one cluster after the other signs with the other one. */
function cross(course: Course, way: Way): Decision | undefined {
  return introduce(course, way) ?? restartAll(course, way) ?? waitForTrust(course, way) ?? switchNext(course, way);
}

function introduce(course: Course, { to }: Way): Decision | undefined {
  const { positions, oldRoot = '', newRoot = '' } = course;
  const lacking = positions.find(({ roots }) => roots.length < 2);
  if (lacking === undefined) return undefined;
  // The old one first: istiod before 1.30 takes only what it can append.
  return writeRoots(course, lacking, { roots: [oldRoot, newRoot], about: to, says: `trust both roots in ${lacking.name}` });
}

/** What istiod accepts as client certificates is settled when it starts: virtual machines and the like need that before anything is signed anew. */
function restartAll(course: Course, { from }: Way): Decision | undefined {
  if (course.direction === 'back') return undefined;
  for (const position of course.positions) {
    const lost = noteAnew(course, position);
    if (lost !== undefined) return lost;
    const { istiods } = position.cluster;
    const { record } = position.object;
    const since = (takesRoots(position.cluster) ? record.rootsSince : record.writtenAt) ?? 0;
    const pods = (istiods.ok ? istiods.value : []).filter(({ startedAt }) => startedAt === undefined || startedAt <= since);
    if (position.signer !== from || pods.length === 0) continue;
    const why = 'only a new istiod accepts client certificates of the new root (virtual machines, PROV_CERT)';
    return restartOf(course, position, { pods, since, why });
  }
  return undefined;
}

function waitForTrust(course: Course, { to }: Way): Decision | undefined {
  for (const position of course.positions) {
    const lost = noteAnew(course, position);
    if (lost !== undefined) return lost;
  }
  const until = trustsAtOnce(course) ? pushedBy(course) : sinceRoots(course) + course.leafLifeMs + marginOf(course.state).ms;
  if (course.now >= until) return undefined;
  const says = `Both roots are proved in ${names(course.positions)}; proxies learn of ${short(to)} ${untilText(until)}`;
  return { kind: 'wait', says, until, deadline: undefined };
}

function sinceRoots({ positions, now }: Course): number {
  return Math.max(...positions.map(({ object }) => object.record.rootsSince ?? now));
}

/** Agents that hang on an istiod which started anew come back to it within minutes. */
function pushedBy(course: Course): number {
  const started = course.positions.flatMap(({ cluster: { istiods } }) =>
    (istiods.ok ? istiods.value : []).map(({ startedAt }) => startedAt ?? course.now),
  );
  return Math.max(sinceRoots(course), ...started) + RECONNECTED;
}

function switchNext(course: Course, { to, from }: Way): Decision | undefined {
  const position = course.positions.find(({ signer }) => signer !== to);
  if (position === undefined) return undefined;
  const generation = to === course.newRoot ? course.new : course.old;
  const fast = course.goal.speed === 'fast' && course.direction === 'forward' && pushesRoots(position.cluster);
  return writeSource(course, position, { generation, roots: fast ? [from, to, to] : 'keep' });
}

/** The root that signs nowhere any more goes, once nothing that was signed under it can live. */
function drop(course: Course, { to, from }: Way): Decision | undefined {
  const left = course.positions.find(({ roots }) => roots.includes(from));
  if (left === undefined) return undefined;
  for (const position of course.positions) {
    const lost = noteAnew(course, position);
    if (lost !== undefined) return lost;
  }
  const since = Math.max(...course.positions.map(({ object }) => object.record.signerSince ?? course.now));
  const until = since + course.leafLifeMs + marginOf(course.state).ms;
  if (course.now < until) {
    const says = `All clusters sign under ${short(to)} since ${utc(since)}; certificates of ${short(from)} live ${untilText(until)}`;
    return { kind: 'wait', says, until, deadline: undefined };
  }
  return writeRoots(course, left, { roots: [to], about: from, says: `trust ${short(to)} alone in ${left.name}` });
}

interface RootsWrite {
  readonly roots: readonly string[];
  /** The root that comes or goes: a hold on it stands in the way. */
  readonly about: string;
  readonly says: string;
}

function writeRoots(course: Course, position: Position, { roots, about, says }: RootsWrite): Decision {
  const { name, object } = position;
  const held = releaseHold(course, position, about);
  if (held !== undefined) return held;
  return (
    backUp(course, position) ?? { kind: 'step', step: { kind: 'writeRoots', cluster: name, roots, expects: expectedOf(object) }, says }
  );
}

function writeSource(
  course: Course,
  position: Position,
  options: { readonly generation: number; readonly roots: 'keep' | readonly string[] },
): Decision {
  const { name, object, cluster } = position;
  const fit = fitSource(course, cluster, options.generation);
  if (fit.kind === 'unfit') return fit.decision;
  const { namespace, name: secret, uid, resourceVersion, assembly } = fit.source;
  const { fingerprint } = assembly.signing;
  const held = releaseHold(course, position, fingerprint);
  if (held !== undefined) return held;
  const source = { namespace, name: secret, uid, resourceVersion };
  const step: Step = {
    kind: 'write',
    cluster: name,
    source,
    fingerprint,
    roots: options.roots,
    expects: expectedOf(object),
    takeOver: false,
  };
  return backUp(course, position) ?? { kind: 'step', step, says: `let ${name} sign with its intermediate g${options.generation}` };
}

function backUp({ intent }: Course, { cluster, object, name }: Position): Decision | undefined {
  const step = missingBackup(cluster, object, intent?.intent.id ?? 'root');
  return step === undefined ? undefined : { kind: 'step', step, says: `back up cacerts of ${name}` };
}

/** What failed once is tried again only when a person says so, each time anew. */
function releaseHold({ intent }: Course, { object, name }: Position, about: string): Decision | undefined {
  const { hold } = object.record;
  if (hold?.fingerprint !== about) return undefined;
  const question = `release-hold:${name}:${hold.at.toString(36)}`;
  if (intent?.intent.agreed.includes(question) !== true) {
    return { kind: 'ask', question, says: `It failed in ${name} before and was put back (${hold.why}) Try again?` };
  }
  return { kind: 'step', step: { kind: 'releaseHold', cluster: name, expects: expectedOf(object) }, says: `release the hold in ${name}` };
}

function names(positions: readonly Position[]): string {
  return positions.map(({ name }) => name).join(', ');
}

/** `root 3A:4B:5C:6D`. */
function short(fingerprint: string): string {
  return `root ${fingerprint.slice(0, 11)}`;
}
