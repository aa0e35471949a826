/** What is read of LocalAPI's answers; everything else in them is left alone. */
import { z } from 'zod';
import type { NodeStatus, PeerStatus, PingResult } from '../mesh/probing/tailnet.ts';

const Texts = z
  .array(z.string())
  .nullish()
  .transform((texts) => texts ?? []);
const Text = z.string().optional().default('');
const Flag = z.boolean().optional().default(false);

const Peer = z.object({
  HostName: Text,
  TailscaleIPs: Texts,
  AllowedIPs: Texts,
  Online: Flag,
  Expired: Flag,
  KeyExpiry: z.string().optional(),
  CurAddr: Text,
  Relay: Text,
});

const Status = z.object({
  BackendState: z.string(),
  Self: z.object({ HostName: Text, Online: Flag, Expired: Flag, KeyExpiry: z.string().optional(), TailscaleIPs: Texts }).nullish(),
  Health: Texts,
  Peer: z.record(z.string(), Peer).nullish(),
});

const Ping = z.object({
  Err: Text,
  LatencySeconds: z.number().optional().default(0),
  Endpoint: Text,
  PeerRelay: Text,
  DERPRegionID: z.number().optional().default(0),
  DERPRegionCode: Text,
});

/** @throws ZodError where it is no status. */
export function parseStatus(body: unknown): NodeStatus {
  const { BackendState, Self, Health, Peer: peers } = Status.parse(body);
  return {
    backend: BackendState,
    host: Self?.HostName || 'this node',
    addresses: Self?.TailscaleIPs ?? [],
    online: Self?.Online ?? false,
    expired: Self?.Expired ?? false,
    keyExpiry: instant(Self?.KeyExpiry),
    health: [...new Set(Health)].toSorted(),
    peers: Object.values(peers ?? {}).map(readPeer),
  };
}

function readPeer(peer: z.infer<typeof Peer>): PeerStatus {
  return {
    host: peer.HostName === '' ? (peer.TailscaleIPs[0] ?? 'a peer without a name') : peer.HostName,
    addresses: peer.TailscaleIPs,
    routes: peer.AllowedIPs,
    online: peer.Online,
    expired: peer.Expired,
    keyExpiry: instant(peer.KeyExpiry),
    direct: peer.CurAddr === '' ? undefined : peer.CurAddr,
    relay: peer.Relay,
  };
}

/** Go's zero time and texts that are no time count as none. */
function instant(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) || at <= 0 ? undefined : at;
}

/**
 * What an answer to a ping says. Only disco names a path; of other layers none is known.
 *
 * @throws ZodError where it is none.
 */
export function parsePing(body: unknown): PingResult {
  const { Err, LatencySeconds, Endpoint, PeerRelay, DERPRegionID, DERPRegionCode } = Ping.parse(body);
  if (Err !== '') return { kind: 'error', says: Err };
  const pong = { kind: 'pong', latencyMs: LatencySeconds * 1000 } as const;
  if (PeerRelay !== '') return { ...pong, path: 'peerRelayed', relay: PeerRelay };
  if (DERPRegionID !== 0) return { ...pong, path: 'relayed', relay: DERPRegionCode === '' ? undefined : DERPRegionCode };
  return { ...pong, path: Endpoint === '' ? undefined : 'direct', relay: undefined };
}
