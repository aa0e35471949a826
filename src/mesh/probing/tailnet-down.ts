/** Why a way through the tailnet carries nothing: the first explanation that the evidence bears. */
import type { Cause } from '../health.ts';
import { backendCause, daemonCause, STATUS_COMMAND } from './tailnet-causes.ts';
import { quoteHealth, readHealth } from './tailnet-health.ts';
import { keyExpired } from './tailnet-key.ts';
import { layerFacts, type Layer, type Layers } from './tailnet-ping.ts';
import type { Asked, Device, Judgement, NodeStatus, PeerStatus, Pings, TcpEvidence } from './tailnet.ts';

/** Everything that is known of one direction. */
export interface PeerEvidence {
  readonly address: string;
  readonly now: number;
  readonly tcp: TcpEvidence;
  readonly node: Asked<NodeStatus>;
  readonly devices: Asked<readonly Device[]>;
  readonly pings: Pings;
  readonly layers: Layers;
  /** What our own daemon says; undefined: it was not asked, or did not answer. */
  readonly status: NodeStatus | undefined;
  /** The other end as our own daemon knows it. */
  readonly peer: PeerStatus | undefined;
  /** The other end as the control API knows it. */
  readonly device: Device | undefined;
}

/** Failing with the cause that explains the most, or unknown where nothing was measured. */
export function downCause(evidence: PeerEvidence): Judgement {
  const own = ownNodeCause(evidence);
  if (own !== undefined) return failing(own);
  if (isOwnAddress(evidence)) return { outcome: 'unknown', cause: ownAddress(evidence.address) };
  const known = peerExpired(evidence) ?? notInMap(evidence);
  if (known !== undefined) return failing(known);
  if (evidence.tcp === 'notMeasured' && !wasPinged(evidence)) return { outcome: 'unknown', cause: notMeasured(evidence) };
  return failing(silence(evidence));
}

/** Whether any layer was tried, with whatever outcome. */
export function wasPinged({ layers }: PeerEvidence): boolean {
  return Object.values(layers).some(({ kind }) => kind !== 'none');
}

function failing(cause: Cause): Judgement {
  return { outcome: 'failing', cause };
}

/** With its own daemon gone, frozen or not running a node reaches nobody: nothing else needs to be wrong. */
export function ownNodeCause({ node, status, layers, tcp }: PeerEvidence): Cause | undefined {
  const judged =
    node.kind === 'failed'
      ? daemonCause(node)
      : status !== undefined && (status.expired || status.backend !== 'Running')
        ? backendCause(status)
        : undefined;
  if (judged?.outcome !== 'failing' || judged.cause === undefined)
    return saysError(layers.disco, STOPPED) ? stoppedMeanwhile(layers, tcp) : undefined;
  const { facts, hint, commands, says } = judged.cause;
  const known = status?.expired === true ? `the node key of ${status.host} has expired` : says;
  return {
    code: 'link-own-node',
    says: `the Tailscale node here carries nothing: ${known}`,
    facts: [...facts, ...layerFacts(layers, tcp)],
    hint,
    commands,
  };
}

/** Said by a ping a moment before the status says so. */
const STOPPED = /local tailscaled stopped/;

function stoppedMeanwhile(layers: Layers, tcp: TcpEvidence): Cause {
  return {
    code: 'link-own-node',
    says: 'the Tailscale node here carries nothing: it is stopped, or its node key has expired',
    facts: layerFacts(layers, tcp),
    hint: 'See to the node here first.',
    commands: [STATUS_COMMAND],
  };
}

const LOCAL = /is local Tailscale IP/;

function isOwnAddress({ layers, status, address }: PeerEvidence): boolean {
  return status?.addresses.includes(address) === true || [layers.disco, layers.tsmp].some((layer) => saysError(layer, LOCAL));
}

function saysError(layer: Layer, text: RegExp): boolean {
  return layer.kind === 'error' && text.test(layer.says);
}

function ownAddress(address: string): Cause {
  return {
    code: 'link-address-own',
    says: `${address} is the address of the node that this was measured from`,
    facts: ['a node cannot ping itself'],
    hint: 'Mend the gateway addresses in the configuration, or the vantage that this process was given.',
    commands: ['tailscale ip'],
  };
}

function notMeasured({ node, devices }: PeerEvidence): Cause {
  const daemon = node.kind === 'failed' ? [node.says] : node.kind === 'notAsked' ? ['tailscale.socket is not set: no pings'] : [];
  const api = devices.kind === 'failed' ? [devices.says] : [];
  return {
    code: 'link-not-measured',
    says: 'nothing could be measured on this way',
    facts: [...daemon, ...api, 'no connection was tried'],
    hint: 'Set tailscale.socket, or the address of the gateway, so that there is something to measure.',
    commands: [],
  };
}

function nameOf({ peer, device, address }: PeerEvidence): string {
  return peer?.host ?? device?.host ?? address;
}

function pingCommands(address: string): string[] {
  return [`tailscale ping --c 3 ${address}`, `tailscale ping --tsmp --c 3 ${address}`, STATUS_COMMAND];
}

const EXPIRED = /node key has expired/;

function peerExpired(evidence: PeerEvidence): Cause | undefined {
  const { peer, device, layers, tcp, now, address } = evidence;
  const ended = peer === undefined ? device !== undefined && keyExpired({ ...device, expired: false }, now) : peer.expired;
  if (!ended && !saysError(layers.disco, EXPIRED)) return undefined;
  const host = nameOf(evidence);
  return {
    code: 'link-peer-expired',
    says: `the node key of ${host} has expired, or it was logged out`,
    facts: [...layerFacts(layers, tcp), 'an expired node still counts as online'],
    hint: `Log ${host} in again on its own machine; then disable key expiry for it, or tag it.`,
    commands: [
      `tailscale ping --c 1 ${address}`,
      `tailscale status --json | jq '.Peer[] | select(.HostName == "${host}") | {Expired, KeyExpiry}'`,
    ],
  };
}

const NO_PEER = /no matching peer|no peer found/;

/** Known to the tailnet but not to us: the policy. Known to nobody: deleted. */
function notInMap(evidence: PeerEvidence): Cause | undefined {
  const { layers, status, peer, devices, device, tcp, address } = evidence;
  const missing = (status !== undefined && peer === undefined) || [layers.disco, layers.tsmp].some((layer) => saysError(layer, NO_PEER));
  // A peer that is shared from another tailnet is in our map, and in no list of our devices.
  const gone = devices.kind === 'answered' && device === undefined && (missing || status === undefined);
  if (!missing && !gone) return undefined;
  const base = { facts: layerFacts(layers, tcp), commands: [STATUS_COMMAND, `tailscale ping --c 1 ${address}`] };
  if (gone) {
    return {
      ...base,
      code: 'link-peer-deleted',
      says: `no device of the tailnet has the address ${address}`,
      hint: 'It was deleted, or has another address now: log it in again, or mend the gateway address in the configuration.',
    };
  }
  if (device !== undefined) {
    return {
      ...base,
      code: 'link-not-allowed',
      says: `${device.host} is in the tailnet, but this node may not know it: the policy allows nothing between them`,
      hint: 'Allow the ports of gateway, readiness and API between the two in the policy of the tailnet.',
    };
  }
  return {
    ...base,
    code: 'link-peer-unknown',
    says: `this node knows no peer with the address ${address}`,
    hint: 'It was deleted, or the policy allows nothing between the two: without the control API that cannot be told apart.',
  };
}

/** Nothing answers. What the other layers say tells how far packets get. */
function silence(evidence: PeerEvidence): Cause {
  const { layers, tcp, status, address } = evidence;
  const host = nameOf(evidence);
  const base = { commands: pingCommands(address) };
  const seen = layerFacts(layers, tcp);
  if (layers.disco.kind === 'pong') {
    return {
      ...base,
      code: 'link-wireguard-silent',
      says: `packets reach ${host}, but nothing passes through WireGuard`,
      facts: seen,
      hint: `The two do not agree on keys or on the map of the tailnet: log ${host} in again, and look whether both reach the control server.`,
    };
  }
  if (!wasPinged(evidence)) return tcpSilence(evidence, host, seen);
  const running = status === undefined ? [] : [`Tailscale on ${status.host} says it is running`];
  return noPing(evidence, { host, facts: [...running, ...seen] });
}

function noPing({ status, peer, device, address }: PeerEvidence, { host, facts }: { host: string; facts: readonly string[] }): Cause {
  const { relay } = readHealth(status?.health ?? []);
  const base = { commands: pingCommands(address) };
  if (relay.length > 0 && peer?.direct === undefined) {
    return {
      ...base,
      code: 'link-relay-lost',
      says: `${host} answers no ping, and the relay cannot be reached from here`,
      facts: [...facts, ...relay.map(quoteHealth)],
      hint: 'Without a direct path all goes through the relay: look at the internet connection here, then at UDP between the two.',
      commands: ['tailscale netcheck', ...base.commands],
    };
  }
  // Only while our own connection to the control server lives is its word about others of any age.
  const offline = (status?.online === true && peer?.online === false) || device?.connected === false;
  if (offline) {
    return {
      ...base,
      code: 'link-peer-offline',
      says: `${host} answers no ping and is not connected to the control server either`,
      facts,
      hint: `Its machine, its internet connection or its tailscaled is down: look at ${host} itself.`,
    };
  }
  return {
    ...base,
    code: 'link-silent',
    says: `${host} answers no ping at any layer`,
    facts: [...facts, `the control server still believes ${host} online, which says nothing about the way of packets`],
    hint: `Either the way is cut or ${host} is frozen: look at ${host} itself, and whether anybody else reaches it.`,
  };
}

/** Without LocalAPI there are no layers to tell apart. */
function tcpSilence({ device, node, address }: PeerEvidence, host: string, seen: readonly string[]): Cause {
  const asked = node.kind === 'failed' ? [node.says] : [];
  const connected = device?.connected;
  const api = connected === undefined ? [] : [`the control server ${connected ? 'has' : 'has no'} connection from ${host}`];
  return {
    code: connected === false ? 'link-peer-offline' : 'link-tcp-silent',
    says:
      connected === false ? `${host} is silent and not connected to the control server either` : `every connection to ${host} times out`,
    facts: [...seen, ...api, ...asked, 'whether Tailscale, a policy or a firewall is in the way cannot be known without LocalAPI'],
    hint:
      connected === false
        ? `Its machine, its internet connection or its tailscaled is down: look at ${host} itself.`
        : 'Ping it from the machine here; set tailscale.socket, so that this is done next time.',
    commands: [`tailscale ping --c 3 ${address}`, STATUS_COMMAND],
  };
}
