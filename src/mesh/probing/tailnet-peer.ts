/** Judges one direction of a link from pings, the netmap, the control API and what TCP saw. Pure and total. */
import type { Cause } from '../health.ts';
import { judgeDegraded } from './tailnet-degraded.ts';
import { downCause, ownNodeCause, wasPinged, type PeerEvidence } from './tailnet-down.ts';
import { holderOf } from './tailnet-find.ts';
import { judgeKey } from './tailnet-key.ts';
import { layerFacts, pongWords, readLayers } from './tailnet-ping.ts';
import { NO_PINGS, type Judgement, type LinkVerdict, type TailnetReading, type TcpEvidence } from './tailnet.ts';

export interface PeerQuestion {
  /** The tailnet address of the other end. */
  readonly address: string;
  readonly tcp: TcpEvidence;
  /** A round trip longer than this counts as degraded, in milliseconds. */
  readonly slowAfter: number;
  readonly now: number;
}

/** What is so with the way from a vantage to an address. */
export function judgePeer(reading: TailnetReading, question: PeerQuestion): LinkVerdict {
  const evidence = gather(reading, question);
  const { pings, peer, device } = evidence;
  const key = peer ?? (device === undefined ? undefined : { ...device, expired: false });
  const peerKey = key === undefined ? undefined : judgeKey(key, question.now);
  if (!isUp(evidence)) {
    const down = downCause(evidence);
    const degraded: Judgement | undefined = wasPinged(evidence)
      ? { outcome: 'unknown', ...(down.cause && { cause: down.cause }) }
      : undefined;
    return { down, degraded, blocked: undefined, peerKey };
  }
  const pong = pongWords(evidence.layers);
  const says = pong?.says ?? (question.tcp === 'open' ? 'TCP connects' : 'the other end answers TCP');
  return {
    down: { outcome: 'ok', ...pong, says },
    degraded: wasPinged(evidence) ? judgeDegraded(evidence, { pings, slowAfter: question.slowAfter }) : undefined,
    blocked: blockedCause(evidence),
    peerKey,
  };
}

function gather({ node, devices, pings }: TailnetReading, { address, tcp, now }: PeerQuestion): PeerEvidence {
  const own = pings.get(address) ?? NO_PINGS;
  const status = node.kind === 'answered' ? node.value : undefined;
  return {
    address,
    now,
    tcp,
    node,
    devices,
    pings: own,
    layers: readLayers(own),
    status,
    peer: status === undefined ? undefined : holderOf(status.peers, address),
    device: devices.kind === 'answered' ? holderOf(devices.value, address) : undefined,
  };
}

/**
 * A connection proves the way, and so does a reply through WireGuard while our own node runs. A refusal proves it only where our own daemon
 * knows the peer: without a map its proxy refuses by itself. A disco reply alone proves nothing: packets pass, the tunnel may not.
 */
function isUp(evidence: PeerEvidence): boolean {
  const { layers, tcp, status, peer } = evidence;
  if (tcp === 'open') return true;
  if (ownNodeCause(evidence) !== undefined) return false;
  if (layers.tsmp.kind === 'pong' || layers.icmp.kind === 'pong') return true;
  if (tcp === 'refused') return status === undefined || peer !== undefined;
  return layers.disco.kind === 'pong' && layers.tsmp.kind === 'none';
}

/** Pings pass, TCP does not: what the lower layers cannot see stands in the way. */
function blockedCause({ layers, tcp, peer, device, address }: PeerEvidence): Cause | undefined {
  if (tcp !== 'silent') return undefined;
  const host = peer?.host ?? device?.host ?? address;
  const guess =
    layers.icmp.kind === 'pong'
      ? 'ICMP passes, so a rule from here to there exists, but not for this port; or the firewall of the host drops it'
      : layers.icmp.kind === 'silent'
        ? 'ICMP does not pass: the policy may allow nothing in this direction'
        : 'disco and TSMP pings ignore the policy';
  return {
    code: 'port-blocked',
    says: `${host} answers pings, but connections to it vanish: the policy of the tailnet or a firewall`,
    facts: [
      guess,
      ...layerFacts(layers, tcp),
      ...(device?.blocksIncoming === true ? [`${host} blocks incoming connections (shields up)`] : []),
    ],
    hint: `Look whether the policy of the tailnet allows the port from here to ${host}, then at the firewall of its machine.`,
    commands: [`tailscale ping --tsmp ${address}`, `tailscale ping --icmp ${address}`, `nc -vz -w 3 ${address} 15443`],
  };
}
