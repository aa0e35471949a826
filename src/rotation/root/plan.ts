/** A root rotation as a whole, before anybody approved it. */
import { createHash } from 'node:crypto';
import { formatDuration } from '../../core/duration.ts';
import { goodSecretOf, signerStateOf } from '../look.ts';
import type { ChangePlan, Planned } from '../goal.ts';
import type { CaState } from '../model.ts';
import { type Course, courseOf, generationOf, pushesRoots, type RootGoal, takesRoots, trustsAtOnce } from './course.ts';
import { refusalsOf } from './refusals.ts';
import { needsRestart, stepsOf } from './steps.ts';

export function planRoot(goal: RootGoal, state: CaState, now: number): Planned {
  const course = courseOf(goal, state, now);
  const findings = refusalsOf(course);
  if (findings.length > 0) return { kind: 'refused', findings };
  const steps = stepsOf(course);
  const goesOn = generationOf(course, course.new) !== undefined;
  const plan: Omit<ChangePlan, 'hash'> = {
    goal,
    title: `Rotate the root to generation ${course.new}${goesOn ? ', from where it was left' : ''}`,
    now: course.positions.map(({ name, roots }) => `${name} trusts ${roots.length === 1 ? 'one root' : 'both roots'}`),
    then: [`Every cluster signs and trusts under root g${course.new}, with a name and a key of its own`],
    steps,
    remarks: remarksOf(course),
    waived: waivedOf(course),
  };
  return { kind: 'plan', plan: { ...plan, hash: hashOf(plan, course) } };
}

function remarksOf(course: Course): readonly string[] {
  const { state, leafLifeMs } = course;
  const life = formatDuration(leafLifeMs);
  const restarted = state.clusters.filter(({ identity }) => needsRestart(course, identity.name)).map(({ identity }) => identity.name);
  const without = state.clusters.filter((cluster) => !takesRoots(cluster)).map(({ identity }) => identity.name);
  return [
    `It takes at least ${formatDuration((trustsAtOnce(course) ? 1 : 2) * leafLifeMs)}: a workload certificate lives up to ${life}, and each wait is as long.`,
    'It can be paused at any time, and aborted until generation ' +
      `${course.old} is retired: it then goes back by the same kind of steps and waits.`,
    ...(without.length === 0
      ? []
      : [`Without ISTIO_MULTIROOT_MESH each change of roots needs a restart of istiod in ${without.join(', ')}: each is asked for.`]),
    ...(restarted.length > without.length
      ? ['Of several istiods only the leader shows its roots: they are restarted, asked for first, to be sure of all.']
      : []),
    'istiod goes on accepting client certificates of the old root (virtual machines, PROV_CERT) until it next starts after the end.',
    'The key of the old root stays in its Secret: it is never read here. Take it offline when the rotation is over.',
    'Set the pinned root in the configuration to the new fingerprint when the rotation is over.',
    'Ambient mode (ztunnel) does not follow a change of root; only sidecars do.',
  ];
}

function waivedOf(course: Course): readonly string[] {
  const { goal, state } = course;
  if (goal.speed === 'gentle') return [];
  if (!trustsAtOnce(course)) {
    const slow = state.clusters.filter((cluster) => !pushesRoots(cluster)).map(({ identity }) => identity.name);
    return [`Fast has no effect in ${slow.join(', ')}: agents are not told to take roots as they are pushed, so every wait stays.`];
  }
  return [
    'Proxies that were made before PROXY_CONFIG_XDS_AGENT was set learn of the new root only when they next renew, up to half a leaf life later. They are not waited for.',
    'At the switch every proxy of a cluster asks istiod for a new certificate at once.',
  ];
}

/** Over the lines and what they rest on; no clock in it. */
function hashOf(plan: Omit<ChangePlan, 'hash'>, course: Course): string {
  const clusters = course.positions.map(({ name, object }) => [name, object.uid, object.resourceVersion, object.contentId]);
  const sources = (signerStateOf(course.state)?.sources ?? []).map((source) => {
    const good = goodSecretOf(source);
    return [source.cluster, source.generation, good?.uid, good?.resourceVersion, good?.assembly.signing.fingerprint];
  });
  const flags = course.state.clusters.map(({ istiods }) => (istiods.ok ? istiods.value.map(({ version, flags }) => [version, flags]) : []));
  const text = JSON.stringify([
    plan.goal,
    plan.steps.map(({ key, title, waitsMs }) => [key, title, waitsMs]),
    plan.waived,
    clusters,
    sources,
    flags,
  ]);
  return createHash('sha256').update(text).digest('hex');
}
