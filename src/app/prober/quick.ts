/** What is measured every few seconds. */
import { withDeadline } from '../../core/abort.ts';
import { inTurns, observe, type Member } from '../../k8s/collect.ts';
import { readGatewayPods } from '../../k8s/probing/gateway-pods.ts';
import { readVersion } from '../../k8s/readers/version.ts';
import type { Sample } from '../../mesh/health.ts';
import type { Observed } from '../../mesh/model.ts';
import { apiSample, gatewayPodsSample, type GatewayPodsSeen, type Taken } from '../../mesh/probing/cluster.ts';
import type { ConnectOutcome } from '../../mesh/probing/gateway-observation.ts';
import { directionSamples, tcpEvidence } from '../../mesh/probing/link.ts';
import { withoutDelay } from '../../mesh/probing/held-up.ts';
import { withCutOff } from '../../mesh/probing/cut-off.ts';
import { judgeNode } from '../../mesh/probing/tailnet-node.ts';
import { judgePeer } from '../../mesh/probing/tailnet-peer.ts';
import type { TailnetReading } from '../../mesh/probing/tailnet.ts';
import { addressOf } from '../../probes/url-address.ts';
import { isCanaryThere, measureGateway, remotesHere, type GatewayMeasured } from './direction.ts';
import { watchLag } from './lag.ts';
import { othersOf, readingOf, type ProberParts } from './parts.ts';

/** How many clusters are asked at a time. */
const AT_ONCE = 32;
/** Of those that did not answer last time: they cost nothing but time, and must not keep the others waiting. */
const SILENT_AT_ONCE = 128;
/** What an API server may take to answer, in milliseconds. */
const API_MS = 2_000;
/** Full packets are sent so seldom, in measurements: they cost more than others. */
const SIZED_EVERY = 20;

export interface Quick {
  measure(signal: AbortSignal): Promise<readonly Sample[]>;
}

/** Remembers whom TCP did not reach, so that the next measurement asks more of them. */
export function createQuick(parts: ProberParts): Quick {
  const silent = new Set<string>();
  const mute = new Set<string>();
  let round = 0;
  let lateRounds = 0;
  return {
    async measure(signal) {
      const { clock, log } = parts.machine;
      const lag = watchLag(clock);
      // Also where it is ended from outside: the watch would go on for ever.
      const samples = await measureAll(signal).finally(() => lag.stop());
      const lateMs = lag.stop();
      lateRounds = lateMs < parts.config.probes.connectWithin / 2 ? 0 : lateRounds + 1;
      if (lateRounds > 0)
        log.warn(
          { component: 'probes', lateMs, lateRounds },
          'this process was held up while it measured: what failed meanwhile does not count',
        );
      return withoutDelay(samples, { lateMs, rounds: lateRounds });
    },
  };

  async function measureAll(signal: AbortSignal): Promise<readonly Sample[]> {
    const at = parts.machine.clock.now();
    const others = othersOf(parts);
    const sized = round % SIZED_EVERY === 0;
    round += 1;
    const addresses = others.flatMap(({ identity }) => identity.gateway?.address ?? []);
    const targets = [...new Set(addresses)].map((address) => ({ address, sized, icmp: silent.has(address) }));
    const [reading, directions, clusters] = await Promise.all([
      parts.tailnet.measure(targets, signal),
      inLanes(
        others,
        (to) => silent.has(gatewayAddressOf(to)),
        (to) => measureDirection(to, parts, signal),
      ),
      parts.onlyWays === true
        ? []
        : inLanes(
            parts.pool.members,
            ({ identity }) => mute.has(identity.name),
            (member) => measureCluster(member, parts, { at, signal }),
          ),
    ]);
    silent.clear();
    for (const { to, connects } of directions) {
      if (tcpEvidence(connects) === 'silent') silent.add(gatewayAddressOf(to));
    }
    mute.clear();
    for (const { rule, subject, outcome } of clusters.flat()) {
      if (rule === 'api-down' && outcome !== 'ok' && subject.kind === 'api') mute.add(subject.cluster);
    }
    const ways = directions.flatMap((one) => samplesOf(one, reading, { parts, at }));
    return [...withCutOff([...nodeSamples(reading, parts, at), ...ways]), ...clusters.flat()];
  }
}

function gatewayAddressOf({ identity }: Member): string {
  return identity.gateway?.address ?? '';
}

/** All of them, those that are likely to be slow in a lane of their own. */
async function inLanes<T>(
  members: readonly Member[],
  isSlow: (member: Member) => boolean,
  work: (member: Member) => Promise<T>,
): Promise<readonly T[]> {
  const { slow = [], usual = [] } = Object.groupBy(members, (member) => (isSlow(member) ? 'slow' : 'usual'));
  return (await Promise.all([inTurns(usual, AT_ONCE, work), inTurns(slow, SILENT_AT_ONCE, work)])).flat();
}

interface Direction {
  readonly to: Member;
  readonly gateway: GatewayMeasured | undefined;
  readonly connects: readonly ConnectOutcome[];
  readonly canary: boolean | undefined;
}

async function measureDirection(to: Member, parts: ProberParts, signal: AbortSignal): Promise<Direction> {
  const [gateway, api, canary] = await Promise.all([
    measureGateway(to, parts, signal),
    parts.pings ? [] : connectToApi(to, parts, signal),
    isCanaryThere(to, parts, signal),
  ]);
  // What was looked up because of a reset is newer: a canary that was just taken away is no fault of the gateway.
  return { to, gateway, canary: gateway?.canary ?? canary, connects: [...(gateway?.connects ?? []), ...api] };
}

/** Where no ping can be sent, a second port of the other end tells a dead link from a closed gateway. */
async function connectToApi(to: Member, parts: ProberParts, signal: AbortSignal): Promise<readonly ConnectOutcome[]> {
  const remotes = await remotesHere(parts, signal);
  const server = remotes.ok ? remotes.value.find(({ cluster }) => cluster === to.identity.name)?.server : undefined;
  if (server === undefined) return [];
  const { host, port } = addressOf(new URL(server));
  const dialed = await parts.dialer.dial(host, port, signal);
  if (!dialed.ok) return [dialed];
  dialed.socket.destroy();
  return [{ ok: true, tookMs: dialed.tookMs }];
}

function samplesOf(
  { to, gateway, connects, canary }: Direction,
  reading: TailnetReading,
  { parts, at }: { readonly parts: ProberParts; readonly at: number },
): readonly Sample[] {
  const { config, vantage } = parts;
  const { name, gateway: target } = to.identity;
  if (target === undefined) return [];
  const { slowAfter } = config.probes;
  const link = judgePeer(reading, { address: target.address, tcp: tcpEvidence(connects), slowAfter, now: at });
  return directionSamples({ from: vantage, to: name, at, link, path: gateway?.path, canary, slowAfter });
}

/** About our own node, where there is anybody to ask. */
function nodeSamples(reading: TailnetReading, { vantage, here }: ProberParts, at: number): readonly Sample[] {
  const { node, key, control } = judgeNode(reading, { address: here?.identity.gateway?.address, now: at });
  const common = { at, vantage, subject: { kind: 'tailnet', vantage } } as const;
  return [
    ...(node === undefined ? [] : [{ ...common, rule: 'tailnet-node', ...node } as const]),
    ...(key === undefined ? [] : [{ ...common, rule: 'tailnet-key', ...key } as const]),
    ...(control === undefined ? [] : [{ ...common, rule: 'tailnet-control', ...control } as const]),
  ];
}

interface Moment {
  readonly at: number;
  readonly signal: AbortSignal;
}

async function measureCluster(member: Member, parts: ProberParts, { at, signal }: Moment): Promise<readonly Sample[]> {
  const { client, identity } = member;
  const { clock } = parts.machine;
  const taken = { at, vantage: parts.vantage };
  if (!client.ok) {
    const unusable = { ok: false, failure: { ...client.failure, reason: 'invalid' } } as const;
    return [apiSample(identity.name, unusable, taken), ...podsSamples(identity, client, taken)];
  }
  const ask = <T>(what: string, work: (inner: AbortSignal) => Promise<T>): Promise<Observed<T>> =>
    observe(withDeadline(clock, API_MS, what, work, signal));
  const [api, pods] = await Promise.all([
    ask(`Asking the API server of ${identity.name}`, (inner) => readVersion(readingOf(client.value, inner), clock)),
    ask(`Looking at the gateway of ${identity.name}`, (inner) => readGatewayPods(readingOf(client.value, inner))),
  ]);
  return [apiSample(identity.name, api, taken), ...podsSamples(identity, pods, taken)];
}

/** A mesh of one cluster, or of one network, has no east-west gateway: where the configuration names none, none is missed. */
function podsSamples({ name, gateway }: Member['identity'], seen: Observed<GatewayPodsSeen>, taken: Taken): readonly Sample[] {
  const isThere = seen.ok && seen.value.services > 0;
  return gateway === undefined && !isThere ? [] : [gatewayPodsSample(name, seen, taken)];
}
