/** What is observed of the tailnet, and the shape of what is concluded from it. Pure data: no key, no token, no login address. */
import type { Cause, LinkPath, Sample } from '../health.ts';

/** Why a daemon or a server could not be asked, as a closed list. */
export type Trouble =
  /** There is no such socket: the daemon does not run, or its socket is not mounted here. */
  | 'noSocket'
  /** Nobody listens: the daemon has ended. */
  | 'refused'
  /** This process may not open the socket. */
  | 'noPermission'
  /** It took the connection and did not answer in time. */
  | 'silent'
  /** It does not accept who asks (401). */
  | 'unauthorized'
  /** It knows who asks, and does not allow it (403). */
  | 'forbidden'
  /** It asked to come back later (429). */
  | 'rateLimited'
  /** It says that it failed (5xx), or could not be reached on the way. */
  | 'unavailable'
  /** An answer that makes no sense. */
  | 'protocol';

/** The outcome of asking somebody; `notAsked` where the configuration names nobody to ask. */
export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly trouble: Trouble; /** One line, never a secret. */ readonly says: string }
  | { readonly kind: 'notAsked' };

/** A peer as the daemon of a node lists it. */
export interface PeerStatus {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Ranges that are reached through it, in CIDR notation; its own addresses are among them. */
  readonly routes: readonly string[];
  /** Whether the control server believes it connected. Says nothing about the way of packets: it stays true for a frozen or an expired peer. */
  readonly online: boolean;
  readonly expired: boolean;
  /** In UTC milliseconds; undefined: its key does not end. */
  readonly keyExpiry: number | undefined;
  /** Where packets go directly; undefined: through a relay, or idle. */
  readonly direct: string | undefined;
  /** Code of its home relay; empty: none. */
  readonly relay: string;
}

/** What the daemon of a node says about itself and its peers. */
export interface NodeStatus {
  /** `Running`, `Stopped`, `NeedsLogin`, `NeedsMachineAuth`, `NoState`, `Starting`, or one that is not known here. */
  readonly backend: string;
  readonly host: string;
  readonly addresses: readonly string[];
  /** Whether it is connected to the control server. */
  readonly online: boolean;
  readonly expired: boolean;
  /** In UTC milliseconds; undefined: it does not end, or the node has none. */
  readonly keyExpiry: number | undefined;
  /** Messages about its health: a set, sorted, because the daemon changes their order. */
  readonly health: readonly string[];
  readonly peers: readonly PeerStatus[];
}

/**
 * Layers of a ping: `disco` the way of packets alone, `TSMP` through WireGuard but not the host, `ICMP` through the host and the policy,
 * `peerapi` an HTTP request to the daemon of the peer.
 */
export type PingType = 'disco' | 'TSMP' | 'ICMP' | 'peerapi';

export type PingResult =
  /** `path` and `relay` are known of disco alone. */
  | { readonly kind: 'pong'; readonly latencyMs: number; readonly path: LinkPath | undefined; readonly relay: string | undefined }
  /** No reply: the daemon does not answer such a ping at all. */
  | { readonly kind: 'silent' }
  /** The daemon knows why it cannot work, in its words. */
  | { readonly kind: 'error'; readonly says: string }
  /** The daemon itself could not be asked. */
  | { readonly kind: 'failed'; readonly trouble: Trouble; readonly says: string };

/** A disco ping of so many bytes of UDP payload. */
export interface SizedPing {
  readonly size: number;
  readonly result: PingResult;
}

/** Pings to one address: every try of each layer, in order. */
export interface Pings {
  readonly disco: readonly PingResult[];
  readonly tsmp: readonly PingResult[];
  readonly icmp: readonly PingResult[];
  readonly sized: readonly SizedPing[];
  /** Of the pings of the last cycles in which any was answered. */
  readonly recent: { readonly sent: number; readonly lost: number };
}

export const NO_PINGS: Pings = { disco: [], tsmp: [], icmp: [], sized: [], recent: { sent: 0, lost: 0 } };

/** A device as Tailscale's control API lists it. */
export interface Device {
  readonly host: string;
  readonly addresses: readonly string[];
  /** Ranges that are routed to it, in CIDR notation. */
  readonly routes: readonly string[];
  readonly authorized: boolean;
  /** In UTC milliseconds; undefined: its key does not end. */
  readonly keyExpiry: number | undefined;
  /** Undefined: the API did not say. */
  readonly connected: boolean | undefined;
  /** It takes no connections from others (`shields up`). */
  readonly blocksIncoming: boolean;
}

/** Everything that one vantage could read of its tailnet at one instant. */
export interface TailnetReading {
  readonly node: Asked<NodeStatus>;
  readonly devices: Asked<readonly Device[]>;
  /** By the address that was pinged. */
  readonly pings: ReadonlyMap<string, Pings>;
}

/**
 * What plain TCP saw of the other end: `open` at least one connection was made, `refused` the host (or, through a proxy, perhaps its own daemon)
 * said no at once, `silent` every connection timed out or found no route, `notMeasured`.
 */
export type TcpEvidence = 'open' | 'refused' | 'silent' | 'notMeasured';

/** A {@link Sample} without what it is about and when it was taken. */
export type Judgement = Pick<Sample, 'outcome' | 'cause' | 'severity' | 'latencyMs' | 'path' | 'says'>;

/** About the node of a vantage; undefined: nobody was there to ask, so that there is nothing to tell. */
export interface NodeVerdict {
  /** For the rule `tailnet-node`. */
  readonly node: Judgement | undefined;
  /** For the rule `tailnet-key`. */
  readonly key: Judgement | undefined;
  /** For the rule `tailnet-control`. */
  readonly control: Judgement | undefined;
}

/** About one direction of a link. */
export interface LinkVerdict {
  /** For the rule `link-down`. */
  readonly down: Judgement;
  /** For the rule `link-degraded`; undefined: without pings nothing of it is known. */
  readonly degraded: Judgement | undefined;
  /** Where pings pass and TCP is silent: the cause of whatever cannot be reached, code `port-blocked`. */
  readonly blocked: Cause | undefined;
  /** For the rule `tailnet-key`, about the node at the other end. */
  readonly peerKey: Judgement | undefined;
}
