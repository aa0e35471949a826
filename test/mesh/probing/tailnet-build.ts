/** Observations of a tailnet in which all is well, to be changed. */
import type {
  Asked,
  Device,
  NodeStatus,
  PeerStatus,
  PingResult,
  Pings,
  TailnetReading,
  Trouble,
} from '../../../src/mesh/probing/tailnet.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);
export const PEER_ADDRESS = '100.64.0.2';
export const OWN_ADDRESS = '100.64.0.1';

export function peer(change: Partial<PeerStatus> = {}): PeerStatus {
  return {
    host: 'gw-b',
    addresses: [PEER_ADDRESS, 'fd7a:115c:a1e0::2'],
    routes: [`${PEER_ADDRESS}/32`, 'fd7a:115c:a1e0::2/128'],
    online: true,
    expired: false,
    keyExpiry: undefined,
    direct: '192.168.77.1:41642',
    relay: 'fra',
    ...change,
  };
}

export function status(change: Partial<NodeStatus> = {}): NodeStatus {
  return {
    backend: 'Running',
    host: 'gw-a',
    addresses: [OWN_ADDRESS],
    online: true,
    expired: false,
    keyExpiry: undefined,
    health: [],
    peers: [peer()],
    ...change,
  };
}

export function device(change: Partial<Device> = {}): Device {
  return {
    host: 'gw-b',
    addresses: [PEER_ADDRESS],
    routes: [],
    authorized: true,
    keyExpiry: undefined,
    connected: true,
    blocksIncoming: false,
    ...change,
  };
}

export function answered<T>(value: T): Asked<T> {
  return { kind: 'answered', value };
}

export function troubled(trouble: Trouble): Asked<never> {
  return { kind: 'failed', trouble, says: `tailscaled: ${trouble}` };
}

export const NOT_ASKED: Asked<never> = { kind: 'notAsked' };

export const DIRECT = { kind: 'pong', latencyMs: 23, path: 'direct', relay: undefined } as const satisfies PingResult;
export const RELAYED = { kind: 'pong', latencyMs: 48, path: 'relayed', relay: 'fra' } as const satisfies PingResult;
export const PEER_RELAYED = { kind: 'pong', latencyMs: 30, path: 'peerRelayed', relay: '10.0.0.9:7777' } as const satisfies PingResult;
export const PONG = { kind: 'pong', latencyMs: 24, path: undefined, relay: undefined } as const satisfies PingResult;
export const SILENT = { kind: 'silent' } as const satisfies PingResult;

export function error(says: string): PingResult {
  return { kind: 'error', says };
}

export function pings(change: Partial<Pings> = {}): Pings {
  return { disco: [DIRECT], tsmp: [PONG], icmp: [], sized: [], recent: { sent: 40, lost: 1 }, ...change };
}

export const NO_REPLY: Partial<Pings> = { disco: [SILENT, SILENT], tsmp: [SILENT, SILENT], icmp: [SILENT], recent: { sent: 0, lost: 0 } };

export function reading(
  change: Partial<Omit<TailnetReading, 'pings'>> & { readonly pings?: Partial<Pings> | 'none' } = {},
): TailnetReading {
  const { pings: changed, ...rest } = change;
  const own = changed === 'none' ? [] : ([[PEER_ADDRESS, pings(changed)]] as const);
  return { node: answered(status()), devices: NOT_ASKED, ...rest, pings: new Map(own) };
}
