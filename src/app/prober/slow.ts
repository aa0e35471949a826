/** What is measured every minute, and the public path. */
import { withDeadline } from '../../core/abort.ts';
import { SECOND } from '../../core/duration.ts';
import { inTurns, observe, type Member } from '../../k8s/collect.ts';
import type { CanaryState } from '../../k8s/probing/canary-install.ts';
import { readClocks } from '../../k8s/probing/clocks.ts';
import { readIstiods } from '../../k8s/probing/istiods.ts';
import { readDeployments } from '../../k8s/readers/deployments.ts';
import type { Sample } from '../../mesh/health.ts';
import type { Observed } from '../../mesh/model.ts';
import {
  canarySample,
  clockSample,
  istiodSample,
  publicPathSample,
  remoteApiSample,
  type IstiodsSeen,
  type Taken,
} from '../../mesh/probing/cluster.ts';
import { judgeKubeconfig, judgePublicPath, type RequestVerdict } from '../../mesh/probing/request-verdicts.ts';
import { versionsSample } from '../../mesh/probing/versions.ts';
import { probeKubeconfig } from '../../probes/kubeconfig-probe.ts';
import { probePublicPath } from '../../probes/public-path.ts';
import { measureCanaryWays } from './canary-ways.ts';
import { canaryNow, remotesHere } from './direction.ts';
import { othersOf, readingOf, type ProberParts } from './parts.ts';

/** So many that a hundred clusters none of which answers still take less than a minute. */
const AT_ONCE = 32;
/** For each part of a cluster, in milliseconds. */
const PART_MS = 10 * SECOND;
const ANSWER_MS = 3 * SECOND;

/** Remote secrets, serving chains, clocks, versions, canaries, and ways that canaries report of. */
export async function measureSlow(parts: ProberParts, signal: AbortSignal): Promise<readonly Sample[]> {
  const taken = { at: parts.machine.clock.now(), vantage: parts.vantage };
  if (parts.onlyWays === true) return measureRemotes(parts, { taken, signal });
  const [clusters, remote, reported] = await Promise.all([
    inTurns(parts.pool.members, AT_ONCE, (member) => measureCluster(member, parts, { taken, signal })),
    measureRemotes(parts, { taken, signal }),
    measureCanaryWays(parts, taken, signal),
  ]);
  const versions = new Map(clusters.flatMap(({ name, versions: seen }) => (seen.ok ? [[name, seen.value] as const] : [])));
  return [
    ...clusters.flatMap(({ samples }) => samples),
    ...remote,
    ...reported,
    versionsSample(versions, parts.pool.members.length, taken),
  ];
}

interface Moment {
  readonly taken: Taken;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly versions: Observed<readonly string[]>;
}

async function measureCluster(member: Member, parts: ProberParts, { taken, signal }: Moment): Promise<Measured> {
  const { client, identity } = member;
  const { name } = identity;
  const { config, machine, nodeClocks } = parts;
  const { clock } = machine;
  const { istioNamespace } = config.mesh;
  const skew = { ...taken, skewAfter: config.probes.skewAfter };
  if (!client.ok) {
    const samples = [istiodSample(name, client, taken), clockSample(name, client, skew), ...canarySamples(identity, client, taken)];
    return { name, samples, versions: client };
  }
  const read = <T>(what: string, work: (inner: AbortSignal) => Promise<T>): Promise<Observed<T>> =>
    observe(withDeadline(clock, PART_MS, what, work, signal));
  const [canary, istiods, clocks, versions] = await Promise.all([
    canaryNow(member, parts, signal),
    read(`Looking at istiod of ${name}`, (inner) => readIstiods(readingOf(client.value, inner), istioNamespace, clock)),
    read(`Looking at the clocks of ${name}`, (inner) => readClocks(readingOf(client.value, inner), clock, nodeClocks)),
    read(`Looking at the version of ${name}`, async (inner) => {
      const deployments = await readDeployments(readingOf(client.value, inner), istioNamespace, 'app=istiod');
      return deployments.flatMap(({ version }) => version ?? []);
    }),
  ]);
  // Looking into istiod takes rights that whoever only looks does not give: then it is not followed.
  const served = isForbidden(istiods) ? [] : [istiodSample(name, istiods, taken)];
  return { name, samples: [...served, clockSample(name, clocks, skew), ...canarySamples(identity, canary, taken)], versions };
}

/** Where nobody comes in through a gateway, nothing behind one has to be asked: then no canary is missed. */
function canarySamples({ name, gateway }: Member['identity'], seen: Observed<CanaryState | null>, taken: Taken): readonly Sample[] {
  const isThere = seen.ok && seen.value !== null;
  return gateway === undefined && !isThere ? [] : [canarySample(name, seen, taken)];
}

function isForbidden(istiods: Observed<IstiodsSeen>): boolean {
  if (!istiods.ok) return istiods.failure.reason === 'forbidden';
  return istiods.value.pods.some(({ served }) => !served.ok && served.failure.reason === 'forbidden');
}

/** The kubeconfigs of the remote secrets in our own cluster, used from here as its istiod would. */
async function measureRemotes(parts: ProberParts, { taken, signal }: Moment): Promise<readonly Sample[]> {
  const { here, dialer, machine } = parts;
  if (here === undefined) return [];
  const remotes = await remotesHere(parts, signal);
  return inTurns(othersOf(parts), AT_ONCE, async ({ identity: { name } }) => {
    if (!remotes.ok) return remoteApiSample(here.identity.name, name, remotes, taken);
    const kubeconfig = remotes.value.find(({ cluster }) => cluster === name);
    if (kubeconfig === undefined) return remoteApiSample(here.identity.name, name, { ok: true, value: null }, taken);
    const context = { dialer, clock: machine.clock, withinMs: ANSWER_MS };
    const verdict = judgeKubeconfig(await probeKubeconfig(kubeconfig, context, signal), kubeconfig.server);
    return remoteApiSample(here.identity.name, name, { ok: true, value: verdict }, taken);
  });
}

/** The requests that somebody outside makes. They begin where public traffic enters. */
export async function measurePublicPaths(parts: ProberParts, signal: AbortSignal): Promise<readonly Sample[]> {
  const { config, pool, publicDialer: dialer, machine, vantage } = parts;
  const taken = { at: machine.clock.now(), vantage };
  const edge = pool.members.find(({ identity }) => identity.roles.includes('edge'))?.identity.name ?? vantage;
  const verdicts = await inTurns(config.probes.publicPaths, AT_ONCE, async ({ url, address, cluster, status }) => {
    const seen = await probePublicPath({ url, address }, { dialer, clock: machine.clock, withinMs: ANSWER_MS }, signal);
    return { cluster, verdict: judgePublicPath(seen, { url, status }) };
  });
  return [...Map.groupBy(verdicts, ({ cluster }) => cluster)].map(([cluster, all]) =>
    publicPathSample(edge, cluster, worstOf(all.map(({ verdict }) => verdict)), taken),
  );
}

/** Of several requests to one cluster the one that fails counts, then the one of which nothing is known. */
function worstOf(verdicts: readonly RequestVerdict[]): RequestVerdict {
  const rank = { failing: 0, unknown: 1, ok: 2 } as const;
  const [worst] = verdicts.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]);
  return worst ?? { outcome: 'unknown', says: 'not asked', latencyMs: undefined };
}
