/** The answer of LocalAPI about a node and its peers, as tailscaled 1.101 gives it. */
import { createHash } from 'node:crypto';
import type { LabNode } from '../network.ts';
import { healthOf, isOnline, showsOnline } from './health.ts';
import { endpointOf, sixOf, type Tailnet } from './tailnet.ts';

/** Version of the daemon that was recorded. */
export const VERSION = '1.101.0-ERR-BuildInfo';
const DOMAIN = 'tail.example';
const NEVER = '0001-01-01T00:00:00Z';
const OWNER = { ID: 1, LoginName: 'alice', DisplayName: 'alice' };
const TAGGED = { ID: 2147455555, LoginName: 'tagged-devices', DisplayName: 'Tagged Devices' };
const CAPABILITIES = {
  'default-auto-update': [false],
  'https://tailscale.com/cap/is-admin': [],
  'https://tailscale.com/cap/ssh': [],
};
const OLD_CAPABILITIES = 'HTTPS://TAILSCALE.COM/s/DEPRECATED-NODE-CAPS#see-https://github.com/tailscale/tailscale/issues/11508';
const CREATED = '2026-01-01T00:00:00Z';

/** `GET /localapi/v0/status`. */
export function statusBody(tailnet: Tailnet, node: LabNode, withPeers: boolean): object {
  const known = tailnet.hasMap(node);
  const peers = known && withPeers ? tailnet.network.nodes.filter((peer) => tailnet.knows(node, peer)) : [];
  return {
    Version: VERSION,
    TUN: false,
    BackendState: tailnet.backendOf(node),
    ...(known || node.state.backend === 'Running' ? { HaveNodeKey: true } : {}),
    AuthURL: '',
    TailscaleIPs: known ? addressesOf(node) : null,
    Self: known ? selfBody(tailnet, node) : strangerBody(tailnet, node),
    Health: healthOf(tailnet, node),
    MagicDNSSuffix: known ? DOMAIN : '',
    CurrentTailnet: known ? { Name: 'hs.example.test', MagicDNSSuffix: DOMAIN, MagicDNSEnabled: false } : null,
    CertDomains: null,
    ExtraRecords: null,
    Peer: peers.length === 0 ? null : Object.fromEntries(peers.map((peer) => [keyOf(peer), peerBody(tailnet, node, peer)])),
    User: known ? usersOf(tailnet, [node, ...peers]) : null,
    ClientVersion: null,
  };
}

/** The public key of a node. */
export function keyOf(node: LabNode): string {
  return `nodekey:${createHash('sha256').update(node.host).digest('hex')}`;
}

/** Both addresses of a node. */
export function addressesOf(node: LabNode): string[] {
  return [node.address, sixOf(node)];
}

function usersOf(tailnet: Tailnet, nodes: readonly LabNode[]): object {
  const tagged = new Set(nodes.map((node) => tailnet.isTagged(node)));
  const users = [...(tagged.has(false) ? [OWNER] : []), ...(tagged.has(true) ? [TAGGED] : [])];
  return Object.fromEntries(users.map((user) => [user.ID, user]));
}

function commonBody(tailnet: Tailnet, node: LabNode): object {
  const number = tailnet.numberOf(node);
  return {
    ID: String(number),
    NodeID: number,
    PublicKey: keyOf(node),
    HostName: node.host,
    DNSName: `${node.host}.${DOMAIN}.`,
    OS: 'linux',
    UserID: tailnet.isTagged(node) ? TAGGED.ID : OWNER.ID,
    TailscaleIPs: addressesOf(node),
    AllowedIPs: [`${node.address}/32`, `${sixOf(node)}/128`],
    ...(tailnet.isTagged(node) ? { Tags: ['tag:gateway'] } : {}),
  };
}

function expiryBody(tailnet: Tailnet, node: LabNode): object {
  const { keyExpiry } = node.state;
  const ended = tailnet.hasEnded(node) ? { Expired: true } : {};
  // Whoever logged out counts as ended since then.
  if (node.state.backend === 'NeedsLogin') return { ...ended, KeyExpiry: CREATED };
  return keyExpiry === undefined ? {} : { ...ended, KeyExpiry: new Date(keyExpiry).toISOString().replace('.000Z', 'Z') };
}

function selfBody(tailnet: Tailnet, node: LabNode): object {
  return {
    ...commonBody(tailnet, node),
    Addrs: [endpointOf(tailnet.numberOf(node))],
    CurAddr: '',
    Relay: 'headscale',
    PeerRelay: '',
    RxBytes: 0,
    TxBytes: 0,
    Created: CREATED,
    LastWrite: NEVER,
    LastSeen: NEVER,
    LastHandshake: NEVER,
    Online: isOnline(tailnet, node),
    ExitNode: false,
    ExitNodeOption: false,
    Active: false,
    PeerAPIURL: tailnet.backendOf(node) === 'Running' ? peerApi(node) : null,
    TaildropTarget: 0,
    NoFileSharingReason: '',
    Capabilities: [OLD_CAPABILITIES, ...Object.keys(CAPABILITIES)],
    CapMap: CAPABILITIES,
    InNetworkMap: true,
    InMagicSock: false,
    InEngine: false,
    ...expiryBody(tailnet, node),
  };
}

/** Of a node that has no map: it knows nothing but its key. */
function strangerBody(tailnet: Tailnet, node: LabNode): object {
  return {
    ID: '',
    NodeID: 0,
    PublicKey: keyOf(node),
    HostName: 'lab',
    DNSName: '',
    OS: 'linux',
    UserID: 0,
    TailscaleIPs: null,
    Addrs: tailnet.backendOf(node) === 'NoState' ? [] : [endpointOf(tailnet.numberOf(node))],
    CurAddr: '',
    Relay: tailnet.backendOf(node) === 'NoState' ? '' : 'headscale',
    PeerRelay: '',
    RxBytes: 0,
    TxBytes: 0,
    Created: NEVER,
    LastWrite: NEVER,
    LastSeen: NEVER,
    LastHandshake: NEVER,
    Online: false,
    ExitNode: false,
    ExitNodeOption: false,
    Active: false,
    PeerAPIURL: null,
    TaildropTarget: 0,
    NoFileSharingReason: '',
    InNetworkMap: false,
    InMagicSock: false,
    InEngine: false,
  };
}

function peerBody(tailnet: Tailnet, node: LabNode, peer: LabNode): object {
  const heard = tailnet.lastHeard(node, peer);
  const direct = heard === true && !tailnet.way(node, peer).relayed;
  const active = heard !== undefined && !tailnet.hasEnded(peer);
  return {
    ...commonBody(tailnet, peer),
    Addrs: null,
    CurAddr: direct ? endpointOf(tailnet.numberOf(peer)) : '',
    Relay: 'headscale',
    PeerRelay: '',
    RxBytes: active ? 252 : 0,
    TxBytes: active ? 332 : 0,
    Created: CREATED,
    LastWrite: active ? CREATED : NEVER,
    LastSeen: NEVER,
    LastHandshake: active ? CREATED : NEVER,
    Online: showsOnline(tailnet, node, peer),
    ExitNode: false,
    ExitNodeOption: false,
    Active: active,
    PeerAPIURL: peerApi(peer),
    TaildropTarget: tailnet.backendOf(node) === 'Running' ? 4 : 3,
    NoFileSharingReason: '',
    InNetworkMap: true,
    InMagicSock: true,
    InEngine: active,
    ...expiryBody(tailnet, peer),
  };
}

function peerApi(node: LabNode): string[] {
  return [`http://${node.address}:4433`, `http://[${sixOf(node)}]:4433`];
}
