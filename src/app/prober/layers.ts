/** One way, layer by layer, for whoever wants to know where it ends. */
import type { LinkLayer } from '../../actions/alerts.ts';
import { OperatorError } from '../../core/errors.ts';
import type { Member } from '../../k8s/collect.ts';
import type { Cause } from '../../mesh/health.ts';
import type { ConnectOutcome } from '../../mesh/probing/gateway-observation.ts';
import type { PathConclusion } from '../../mesh/probing/gateway-path.ts';
import { tcpEvidence } from '../../mesh/probing/link.ts';
import { judgeKubeconfig } from '../../mesh/probing/request-verdicts.ts';
import { judgeNode } from '../../mesh/probing/tailnet-node.ts';
import { judgePeer } from '../../mesh/probing/tailnet-peer.ts';
import type { Judgement, TailnetReading } from '../../mesh/probing/tailnet.ts';
import { probeKubeconfig } from '../../probes/kubeconfig-probe.ts';
import { isCanaryThere, measureGateway, remotesHere, type GatewayMeasured } from './direction.ts';
import { othersOf, type ProberParts } from './parts.ts';

type Tell = (layer: LinkLayer) => void;

const ANSWER_MS = 3_000;

const TITLES: Readonly<Record<LinkLayer['layer'], string>> = {
  tailscale: 'Tailscale',
  ping: 'Ping',
  mtu: 'Packet size',
  tcp: 'TCP',
  tls: 'TLS',
  trust: 'Trust',
  request: 'Request',
  api: 'API server',
};

/** Measures all of it, and tells each layer as soon as it is known. Layers that rest on one which fails are not tried. */
export async function measureLayers(to: string, parts: ProberParts, tell: Tell, signal: AbortSignal): Promise<readonly LinkLayer[]> {
  const member = othersOf(parts).find(({ identity }) => identity.name === to);
  if (member === undefined) throw noSuchWay(to, parts);
  const { clock } = parts.machine;
  const done: LinkLayer[] = [];
  const say = (layer: LinkLayer): void => {
    done.push(layer);
    tell(layer);
  };
  const address = member.identity.gateway?.address;
  const gatewayBegun = measureGateway(member, parts, signal);
  const targets = address === undefined ? [] : [{ address, icmp: true, sized: true }];
  const reading = await parts.tailnet.measure(targets, signal);
  const now = clock.now();
  say(nodeLayer(reading, parts, now));
  const gateway = await gatewayBegun;
  tellWay({ member, reading, gateway, now }, parts, say);
  tellGateway(gateway, await isCanaryThere(member, parts, signal), say);
  say(await apiLayer(member, parts, signal));
  return done;
}

function layer(name: LinkLayer['layer'], outcome: LinkLayer['outcome'], says: string, cause?: Cause): LinkLayer {
  const told = cause === undefined ? { facts: [] } : { facts: cause.facts, hint: cause.hint, commands: cause.commands };
  return { layer: name, title: TITLES[name], outcome, says, ...told };
}

function fromJudgement(name: LinkLayer['layer'], { outcome, cause, says }: Judgement): LinkLayer {
  return layer(name, outcome, outcome === 'ok' ? (says ?? 'well') : (cause?.says ?? says ?? 'not known'), cause);
}

function nodeLayer(reading: TailnetReading, { here }: ProberParts, now: number): LinkLayer {
  const { node } = judgeNode(reading, { address: here?.identity.gateway?.address, now });
  if (node !== undefined) return fromJudgement('tailscale', node);
  return layer('tailscale', 'unknown', 'nobody is there to ask: neither tailscale.socket nor tailscale.control is configured');
}

interface Way {
  readonly member: Member;
  readonly reading: TailnetReading;
  readonly gateway: GatewayMeasured | undefined;
  readonly now: number;
}

function tellWay({ member, reading, gateway, now }: Way, { config }: ProberParts, say: Tell): void {
  const address = member.identity.gateway?.address;
  if (address === undefined) {
    say(layer('ping', 'unknown', `no gateway of ${member.identity.name} is configured`));
    return;
  }
  const connects = gateway?.connects ?? [];
  const link = judgePeer(reading, { address, tcp: tcpEvidence(connects), slowAfter: config.probes.slowAfter, now });
  if (reading.pings.has(address)) {
    say(fromJudgement('ping', link.down));
    say(link.degraded === undefined ? layer('mtu', 'unknown', 'not measured') : fromJudgement('mtu', link.degraded));
  } else {
    say(layer('ping', 'unknown', 'no ping can be sent from here: without a LocalAPI the way is judged by TCP alone'));
  }
  say(tcpLayer(connects[0], link.blocked ?? gateway?.path.cause));
}

function tcpLayer(connect: ConnectOutcome | undefined, cause: Cause | undefined): LinkLayer {
  if (connect === undefined) return layer('tcp', 'unknown', 'not tried');
  if (connect.ok) return layer('tcp', 'ok', `connects in ${Math.round(connect.tookMs)} ms`);
  return layer('tcp', 'failing', cause?.says ?? connect.failure.detail, cause);
}

function tellGateway(gateway: GatewayMeasured | undefined, canary: boolean | undefined, say: Tell): void {
  const rest = ['tls', 'trust', 'request'] as const;
  if (gateway === undefined || gateway.connects[0]?.ok !== true) {
    for (const name of rest) say(layer(name, 'skipped', 'there is no connection'));
    return;
  }
  const { path } = gateway;
  if (canary === false) {
    for (const name of rest) say(layer(name, 'unknown', 'no canary is there to be asked for: `meshwarden canary install` puts it there'));
    return;
  }
  say(tlsLayer(path));
  if (path.path === 'failing') say(layer('trust', 'skipped', 'no chain was seen'));
  else say(layer('trust', path.trust.state, path.trust.says, path.trust.cause));
  const works = path.path === 'ok' || path.path === 'degraded';
  say(
    works
      ? layer('request', 'ok', 'the sidecar of the canary answered and asked for a certificate, as it should')
      : layer('request', 'skipped', 'the handshake does not get that far'),
  );
}

function tlsLayer({ path, says, cause }: PathConclusion): LinkLayer {
  const outcome = path === 'ok' || path === 'degraded' ? 'ok' : path;
  return layer('tls', outcome, outcome === 'ok' ? says : (cause?.says ?? says), cause);
}

/** The API server as the istiod of our own cluster reaches it. */
async function apiLayer({ identity: { name } }: Member, parts: ProberParts, signal: AbortSignal): Promise<LinkLayer> {
  const { here, dialer, machine } = parts;
  if (here === undefined) return layer('api', 'unknown', 'this process runs in no cluster whose remote secret could be tried');
  const remotes = await remotesHere(parts, signal);
  if (!remotes.ok) return layer('api', 'unknown', remotes.failure.message);
  const kubeconfig = remotes.value.find(({ cluster }) => cluster === name);
  if (kubeconfig === undefined) return layer('api', 'failing', `${here.identity.name} has no remote secret for ${name}`);
  const seen = await probeKubeconfig(kubeconfig, { dialer, clock: machine.clock, withinMs: ANSWER_MS }, signal);
  const { outcome, says, cause } = judgeKubeconfig(seen, kubeconfig.server);
  return layer('api', outcome, says, cause);
}

function noSuchWay(to: string, parts: ProberParts): OperatorError {
  const names = othersOf(parts).map(({ identity }) => identity.name);
  return new OperatorError({
    reason: 'invalid',
    what: `Nothing leads from ${parts.vantage} to ${to}`,
    next: names.length === 0 ? 'The mesh has no other cluster.' : `Choose from: ${names.join(', ')}.`,
  });
}
