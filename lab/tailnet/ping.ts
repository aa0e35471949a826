/** The answer of LocalAPI to a ping. No reply of the peer is no answer at all. */
import { isIP } from 'node:net';
import type { LabNode } from '../network.ts';
import { endpointOf, sixOf, type Tailnet } from './tailnet.ts';

/** What becomes of a ping: a refusal of its parameters, an answer after a while, or nothing for ever. */
export type PingOutcome =
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'answered'; readonly afterMs: number; readonly body: object }
  | { readonly kind: 'silent' };

const TYPES: ReadonlySet<string> = new Set(['disco', 'TSMP', 'ICMP', 'peerapi']);
const SILENT: PingOutcome = { kind: 'silent' };
/** Of a way without delay. */
const BASE_SECONDS = 0.001;

/** `POST /localapi/v0/ping`. */
export function pingOutcome(tailnet: Tailnet, node: LabNode, parameters: URLSearchParams): PingOutcome {
  const [ip = '', type = '', size = ''] = ['ip', 'type', 'size'].map((name) => parameters.get(name) ?? '');
  const fault = parameterFault(ip, type, size);
  if (fault !== undefined) return { kind: 'refused', text: `${fault}\n` };
  if (!TYPES.has(type)) return SILENT;
  const peer = tailnet.nodeAt(ip);
  const known = knownFailure(tailnet, node, { ip, type, peer });
  if (known !== undefined) return known;
  if (peer === undefined) return SILENT;
  const answered = isAnswered(tailnet, node, { peer, type, size: Number(size) });
  tailnet.heard(node, peer, answered);
  return answered ? pong(tailnet, node, { ip, type, peer }) : SILENT;
}

function parameterFault(ip: string, type: string, size: string): string | undefined {
  if (ip === '') return "missing 'ip' parameter";
  if (isIP(ip) === 0) return 'invalid IP';
  if (type === '') return "missing 'type' parameter";
  if (!/^\d*$/.test(size)) return "invalid 'size' parameter";
  return Number(size) > 0 && type !== 'disco' ? "'size' parameter is only supported with disco pings" : undefined;
}

interface Target {
  readonly ip: string;
  readonly type: string;
  readonly peer: LabNode | undefined;
}

/** Where the daemon does not even try. */
function knownFailure(tailnet: Tailnet, node: LabNode, { ip, type, peer }: Target): PingOutcome | undefined {
  if (type === 'peerapi' && (peer === undefined || !tailnet.knows(node, peer))) {
    return answer({ ...EMPTY, IP: ip, NodeIP: ip, Err: `no peer found with Tailscale IP ${ip}`, LatencySeconds: BASE_SECONDS });
  }
  if (!tailnet.hasMap(node)) return answer({ ...EMPTY, IP: ip, Err: 'no matching peer' });
  if (peer?.cluster === node.cluster) return answer({ ...EMPTY, IP: ip, Err: `${ip} is local Tailscale IP`, IsLocalIP: true });
  if (tailnet.backendOf(node) !== 'Running')
    return type === 'disco' ? answer({ ...EMPTY, IP: ip, Err: 'local tailscaled stopped' }) : SILENT;
  if (peer === undefined || !tailnet.knows(node, peer)) return answer({ ...EMPTY, IP: ip, Err: 'no matching peer' });
  if (tailnet.hasEnded(peer)) return type === 'disco' ? answer({ ...EMPTY, IP: ip, Err: "peer's node key has expired" }) : SILENT;
  return undefined;
}

const EMPTY = {
  IP: '',
  NodeIP: '',
  NodeName: '',
  Err: '',
  LatencySeconds: 0,
  Endpoint: '',
  PeerRelay: '',
  DERPRegionID: 0,
  DERPRegionCode: '',
};

function answer(body: object, afterMs = 0): PingOutcome {
  return { kind: 'answered', afterMs, body };
}

function isAnswered(tailnet: Tailnet, node: LabNode, ping: { peer: LabNode; type: string; size: number }): boolean {
  const { peer, type, size } = ping;
  const lost = tailnet.losesNext(node, peer);
  const { largestWrite } = tailnet.way(node, peer);
  const tooLong = largestWrite !== undefined && size > largestWrite;
  const forbidden = type === 'ICMP' && tailnet.knobs.closed.has(`${node.cluster}>${peer.cluster}`);
  return !lost && !tooLong && !forbidden && tailnet.reaches(node, peer);
}

function pong(tailnet: Tailnet, node: LabNode, { ip, type, peer }: { ip: string; type: string; peer: LabNode }): PingOutcome {
  const { delayMs, relayed } = tailnet.way(node, peer);
  const path = relayed ? { DERPRegionID: 900, DERPRegionCode: 'relay' } : { Endpoint: endpointOf(tailnet.numberOf(peer)) };
  const body = {
    ...EMPTY,
    IP: ip,
    // Only disco names the IPv4 address of a peer that was asked for by its other one.
    NodeIP: type === 'disco' ? peer.address : ip,
    NodeName: type === 'peerapi' ? `${peer.host}.tail.example.` : peer.host,
    LatencySeconds: BASE_SECONDS + (2 * delayMs) / 1000,
    ...(type === 'disco' ? path : {}),
    ...(type === 'TSMP' ? { PeerAPIPort: 4433 } : {}),
    ...(type === 'peerapi' ? { PeerAPIURL: `http://${ip === sixOf(peer) ? `[${ip}]` : ip}:4433` } : {}),
  };
  return answer(body, 2 * delayMs);
}
