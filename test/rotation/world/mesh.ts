import type { CacertsFacts } from '../../../src/pki/cacerts.ts';
import { filesFromFacts } from '../../../src/rotation/istiod/files.ts';
import { istiodOutcome } from '../../../src/rotation/istiod/outcome.ts';
import type { Backup, CacertsRecord, IstiodFlags } from '../../../src/rotation/model.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const LEAF_LIFE = 24 * HOUR;
/** What the kubelet takes at most before it projects a Secret by itself. */
const PROJECTION = 75 * SECOND;
const NUDGED = 2 * SECOND;
const START = 12 * SECOND;
const NEW_LEADER = 30 * SECOND;

/** A workload: what it presents, and which roots it trusts. */
export interface Proxy {
  root: string;
  trust: ReadonlySet<string>;
  renewAt: number;
}

export interface Istiod {
  name: string;
  uid: string;
  startedAt: number | undefined;
  /** When it will have started. */
  startsAt: number | undefined;
  nudged: string | undefined;
  /** What it signs with: the last that it accepted. */
  running: CacertsFacts;
  projectsAt: number | undefined;
  /** Never sees its volume change before it starts anew. */
  deaf: boolean;
  restarts: number;
}

export interface Secret {
  readonly uid: string;
  resourceVersion: number;
  readonly createdAt: number;
  facts: CacertsFacts;
  contentId: string;
  record: CacertsRecord;
}

/** One cluster, as it is and not as anybody sees it. */
export interface Member {
  readonly name: string;
  readonly version: string;
  readonly flags: IstiodFlags;
  secret: Secret;
  backups: Backup[];
  istiods: Istiod[];
  proxies: Proxy[];
  /** What the leader published last, and when it does so next. */
  published: CacertsFacts['roots'];
  publishesAt: number | undefined;
  reachable: boolean;
  /** Added to the kubelet's own delay, in milliseconds. */
  slow: number;
  turn: number;
}

/** Until when something that each root signed may live, over the whole mesh. */
export type Leaves = Map<string, number>;

export function rootOfFacts({ chain }: CacertsFacts): string {
  return chain.at(-1)?.fingerprint ?? '';
}

function trustOf({ roots }: CacertsFacts): ReadonlySet<string> {
  return new Set(roots.map(({ fingerprint }) => fingerprint));
}

/** The kubelets hear of a new Secret. */
export function wasWritten(member: Member, now: number): void {
  for (const pod of member.istiods) pod.projectsAt = pod.deaf ? undefined : now + PROJECTION + member.slow;
}

export function wasNudged(member: Member, names: readonly string[], contentId: string, now: number): void {
  for (const pod of member.istiods.filter(({ name }) => names.includes(name))) {
    pod.nudged = contentId;
    if (!pod.deaf) pod.projectsAt = now + NUDGED + member.slow;
  }
}

export function rollIstiods(member: Member, now: number): void {
  for (const pod of member.istiods) {
    pod.uid = `${pod.name}-${now}`;
    pod.startedAt = undefined;
    pod.startsAt = now + START;
    pod.deaf = false;
    pod.projectsAt = undefined;
    pod.nudged = undefined;
  }
}

/** The next instant at which something happens by itself. */
export function nextEvent({ istiods, proxies, publishesAt }: Member): number {
  const pods = istiods.flatMap(({ projectsAt, startsAt }) => [projectsAt, startsAt]);
  const all = [...pods, publishesAt, ...proxies.map(({ renewAt }) => renewAt)];
  return Math.min(...all.filter((at) => at !== undefined));
}

/** Whatever is due in a cluster happens. */
export function happen(member: Member, leaves: Leaves, now: number): void {
  for (const pod of member.istiods) {
    if (pod.startsAt !== undefined && pod.startsAt <= now) start(member, pod, leaves, now);
    if (pod.projectsAt !== undefined && pod.projectsAt <= now) reload(member, pod, leaves, now);
  }
  if (member.publishesAt !== undefined && member.publishesAt <= now) {
    member.publishesAt = undefined;
    member.published = member.istiods[0]?.running.roots ?? member.published;
  }
  for (const proxy of member.proxies) if (proxy.renewAt <= now) sign(member, proxy, leaves, now);
}

function start(member: Member, pod: Istiod, leaves: Leaves, now: number): void {
  const next = filesFromFacts(member.secret.facts) ?? null;
  const { verdict } = istiodOutcome({ version: member.version, flags: member.flags, at: now, occasion: 'start', old: null, next });
  if (verdict !== 'accept') {
    pod.restarts += 1;
    pod.startsAt = now + MINUTE;
    return;
  }
  pod.startsAt = undefined;
  pod.startedAt = now;
  pod.running = member.secret.facts;
  member.publishesAt = now + NEW_LEADER;
  if (member.flags.multiRoot && member.flags.xdsAgent) push(member, pod, leaves, now);
}

function reload(member: Member, pod: Istiod, leaves: Leaves, now: number): void {
  pod.projectsAt = undefined;
  if (pod.startedAt === undefined) return;
  const old = pod.running;
  const { facts } = member.secret;
  const change = { version: member.version, flags: member.flags, at: now, occasion: 'reload' } as const;
  const { verdict, agentsSignAnew } = istiodOutcome({ ...change, old: filesFromFacts(old) ?? null, next: filesFromFacts(facts) ?? null });
  if (verdict !== 'accept') return;
  pod.running = facts;
  if (pod === member.istiods[0]) member.published = facts.roots;
  if (agentsSignAnew) push(member, pod, leaves, now);
}

/** Agents that hang on an istiod take its bundle, and ask for a new certificate. */
function push(member: Member, pod: Istiod, leaves: Leaves, now: number): void {
  const at = member.istiods.indexOf(pod);
  // Half of the proxies hang on each of two istiods.
  for (const proxy of member.proxies.filter((_, index) => index % member.istiods.length === at)) {
    proxy.trust = trustOf(pod.running);
    proxy.root = rootOfFacts(pod.running);
    proxy.renewAt = now + LEAF_LIFE / 2;
    leaves.set(proxy.root, now + LEAF_LIFE);
  }
}

function sign(member: Member, proxy: Proxy, leaves: Leaves, now: number): void {
  const running = member.istiods.filter(({ startedAt }) => startedAt !== undefined);
  member.turn += 1;
  const pod = running[member.turn % Math.max(1, running.length)];
  if (pod === undefined) {
    proxy.renewAt = now + MINUTE;
    return;
  }
  proxy.root = rootOfFacts(pod.running);
  proxy.trust = trustOf(pod.running);
  proxy.renewAt = now + LEAF_LIFE / 2;
  leaves.set(proxy.root, now + LEAF_LIFE);
}
