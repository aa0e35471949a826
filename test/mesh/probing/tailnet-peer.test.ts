import { describe, expect, it } from 'vitest';
import { DAY } from '../../../src/core/duration.ts';
import { judgePeer } from '../../../src/mesh/probing/tailnet-peer.ts';
import type { TailnetReading, TcpEvidence } from '../../../src/mesh/probing/tailnet.ts';
import { brief } from '../../tailnet/replay.ts';
import {
  answered,
  device,
  DIRECT,
  error,
  NO_REPLY,
  NOT_ASKED,
  NOW,
  OWN_ADDRESS,
  peer,
  PEER_ADDRESS,
  PEER_RELAYED,
  PONG,
  reading,
  RELAYED,
  SILENT,
  status,
  troubled,
} from './tailnet-build.ts';

const NO_RELAY = "Tailscale could not connect to the 'Frankfurt' relay server. Your Internet connection might be down.";

function judge(given: TailnetReading, tcp: TcpEvidence = 'notMeasured', address = PEER_ADDRESS) {
  return judgePeer(given, { address, tcp, slowAfter: 400, now: NOW });
}

/** `link | degraded | blocked`. */
function words(given: TailnetReading, tcp?: TcpEvidence): string {
  const { down, degraded, blocked } = judge(given, tcp);
  return `${brief(down)} | ${brief(degraded)} | ${blocked?.code ?? 'nothing'}`;
}

/** A link that is down: the other two follow from it. */
function downBy(code: string, degraded = true): string {
  return `failing ${code} | ${degraded ? `unknown ${code}` : 'nothing'} | nothing`;
}

const TSMP_LOST = { disco: [DIRECT], tsmp: [SILENT, SILENT], icmp: [SILENT] };
const NO_PEER = { disco: [error('no matching peer')], tsmp: [error('no matching peer')], recent: { sent: 0, lost: 0 } };

const CASES: readonly (readonly [name: string, given: TailnetReading, tcp: TcpEvidence | undefined, expected: string])[] = [
  ['direct', reading(), 'open', 'ok | ok | nothing'],
  ['direct, TCP not measured', reading(), undefined, 'ok | ok | nothing'],
  ['direct, TCP refused', reading(), 'refused', 'ok | ok | nothing'],
  ['through a relay', reading({ pings: { disco: [RELAYED] } }), 'open', 'ok relayed | failing link-relayed | nothing'],
  ['through a relay of one’s own', reading({ pings: { disco: [PEER_RELAYED] } }), 'open', 'ok peerRelayed | ok peerRelayed | nothing'],
  ['slow', reading({ pings: { disco: [{ ...DIRECT, latencyMs: 401 }] } }), 'open', 'ok | failing link-slow | nothing'],
  ['exactly as slow as is allowed', reading({ pings: { disco: [{ ...DIRECT, latencyMs: 400 }] } }), 'open', 'ok | ok | nothing'],
  ['lossy', reading({ pings: { recent: { sent: 40, lost: 6 } } }), 'open', 'ok | failing link-lossy | nothing'],
  ['a little lossy', reading({ pings: { recent: { sent: 40, lost: 5 } } }), 'open', 'ok | ok | nothing'],
  ['lossy by too few pings', reading({ pings: { recent: { sent: 19, lost: 9 } } }), 'open', 'ok | ok | nothing'],
  ['one try lost', reading({ pings: { disco: [SILENT, DIRECT], tsmp: [SILENT, PONG] } }), 'open', 'ok | ok | nothing'],
  ['a hole in the MTU', reading({ pings: { sized: [{ size: 1312, result: SILENT }] } }), 'open', 'ok | failing link-mtu | nothing'],
  ['full packets pass', reading({ pings: { sized: [{ size: 1312, result: DIRECT }] } }), 'open', 'ok | ok | nothing'],
  [
    'a larger one passes: loss, not a hole',
    reading({
      pings: {
        sized: [
          { size: 1200, result: SILENT },
          { size: 1312, result: DIRECT },
        ],
      },
    }),
    'open',
    'ok | ok | nothing',
  ],
  ['nothing but TCP', reading({ pings: NO_REPLY }), 'open', 'ok | failing link-pings-silent | nothing'],
  ['nothing but a refusal', reading({ pings: NO_REPLY }), 'refused', 'ok | failing link-pings-silent | nothing'],
  ['a closed port, ICMP passes', reading({ pings: { icmp: [PONG] } }), 'silent', 'ok | ok | port-blocked'],
  ['a closed direction, ICMP does not pass', reading({ pings: { icmp: [SILENT] } }), 'silent', 'ok | ok | port-blocked'],
  ['a silent port, ICMP not tried', reading(), 'silent', 'ok | ok | port-blocked'],
  ['nobody answers, still online', reading({ pings: NO_REPLY }), 'silent', downBy('link-silent')],
  ['nobody answers, TCP not measured', reading({ pings: NO_REPLY }), undefined, downBy('link-silent')],
  [
    'nobody answers, offline',
    reading({ node: answered(status({ peers: [peer({ online: false })] })), pings: NO_REPLY }),
    'silent',
    downBy('link-peer-offline'),
  ],
  [
    'nobody answers, offline by a word from before the own connection to the control server was lost',
    reading({ node: answered(status({ online: false, peers: [peer({ online: false })] })), pings: NO_REPLY }),
    'silent',
    downBy('link-silent'),
  ],
  [
    'nobody answers, not connected by the control API',
    reading({ devices: answered([device({ connected: false })]), pings: NO_REPLY }),
    'silent',
    downBy('link-peer-offline'),
  ],
  [
    'nobody answers, and the relay is lost that the way needs',
    reading({ node: answered(status({ health: [NO_RELAY], peers: [peer({ direct: undefined })] })), pings: NO_REPLY }),
    'silent',
    downBy('link-relay-lost'),
  ],
  [
    'nobody answers, and a relay is lost that the way does not need',
    reading({ node: answered(status({ health: [NO_RELAY] })), pings: NO_REPLY }),
    'silent',
    downBy('link-silent'),
  ],
  ['nothing passes through WireGuard', reading({ pings: TSMP_LOST }), 'silent', downBy('link-wireguard-silent')],
  ['TSMP lost, TCP passes', reading({ pings: TSMP_LOST }), 'open', 'ok | ok | nothing'],
  [
    'an expired peer, by its ping',
    reading({ pings: { ...NO_REPLY, disco: [error("peer's node key has expired")] } }),
    'silent',
    downBy('link-peer-expired'),
  ],
  [
    'an expired peer, by the map',
    reading({ node: answered(status({ peers: [peer({ expired: true })] })), pings: NO_REPLY }),
    'silent',
    downBy('link-peer-expired'),
  ],
  ['not in the map', reading({ node: answered(status({ peers: [] })), pings: NO_PEER }), 'refused', downBy('link-peer-unknown')],
  [
    'not in the map, but a device',
    reading({ node: answered(status({ peers: [] })), devices: answered([device()]), pings: NO_PEER }),
    'refused',
    downBy('link-not-allowed'),
  ],
  [
    'deleted',
    reading({ node: answered(status({ peers: [] })), devices: answered([]), pings: NO_PEER }),
    'refused',
    downBy('link-peer-deleted'),
  ],
  ['shared from another tailnet, and silent', reading({ devices: answered([]), pings: NO_REPLY }), 'silent', downBy('link-silent')],
  [
    'the own node is stopped',
    reading({ node: answered(status({ backend: 'Stopped' })), pings: 'none' }),
    'silent',
    downBy('link-own-node', false),
  ],
  [
    'the own node has no map, and its proxy refuses',
    reading({ node: answered(status({ backend: 'NoState', addresses: [], peers: [] })), pings: 'none' }),
    'refused',
    downBy('link-own-node', false),
  ],
  [
    'the own node has expired',
    reading({ node: answered(status({ backend: 'NeedsLogin', expired: true })), pings: 'none' }),
    'silent',
    downBy('link-own-node', false),
  ],
  [
    'the own node stops while it is measured',
    reading({ pings: { ...NO_REPLY, disco: [error('local tailscaled stopped')] } }),
    'silent',
    downBy('link-own-node'),
  ],
  ['the own daemon is gone', reading({ node: troubled('noSocket'), pings: 'none' }), 'silent', downBy('link-own-node', false)],
  ['the own daemon is gone, but TCP passes', reading({ node: troubled('noSocket'), pings: 'none' }), 'open', 'ok | nothing | nothing'],
  ['the own daemon is frozen', reading({ node: troubled('silent'), pings: 'none' }), undefined, downBy('link-own-node', false)],
  [
    'the own address',
    reading({ pings: { disco: [error('100.64.0.2 is local Tailscale IP')], tsmp: [error('100.64.0.2 is local Tailscale IP')] } }),
    'silent',
    'unknown link-address-own | unknown link-address-own | nothing',
  ],
  [
    'the socket may not be opened: TCP decides',
    reading({ node: troubled('noPermission'), pings: 'none' }),
    'silent',
    downBy('link-tcp-silent', false),
  ],
  [
    'the socket may not be opened, a port refuses',
    reading({ node: troubled('noPermission'), pings: 'none' }),
    'refused',
    'ok | nothing | nothing',
  ],
  ['neither API, TCP passes', reading({ node: NOT_ASKED, pings: 'none' }), 'open', 'ok | nothing | nothing'],
  ['neither API, a port refuses', reading({ node: NOT_ASKED, pings: 'none' }), 'refused', 'ok | nothing | nothing'],
  ['neither API, TCP is silent', reading({ node: NOT_ASKED, pings: 'none' }), 'silent', downBy('link-tcp-silent', false)],
  [
    'neither API, nothing measured',
    reading({ node: NOT_ASKED, pings: 'none' }),
    undefined,
    'unknown link-not-measured | nothing | nothing',
  ],
  [
    'control API alone, TCP is silent',
    reading({ node: NOT_ASKED, devices: answered([device()]), pings: 'none' }),
    'silent',
    downBy('link-tcp-silent', false),
  ],
  [
    'control API alone, not connected',
    reading({ node: NOT_ASKED, devices: answered([device({ connected: false })]), pings: 'none' }),
    'silent',
    downBy('link-peer-offline', false),
  ],
  [
    'control API alone, not connected, but TCP passes',
    reading({ node: NOT_ASKED, devices: answered([device({ connected: false })]), pings: 'none' }),
    'open',
    'ok | nothing | nothing',
  ],
  [
    'control API alone, expired',
    reading({ node: NOT_ASKED, devices: answered([device({ keyExpiry: NOW })]), pings: 'none' }),
    'silent',
    downBy('link-peer-expired', false),
  ],
  [
    'control API alone, deleted',
    reading({ node: NOT_ASKED, devices: answered([]), pings: 'none' }),
    'silent',
    downBy('link-peer-deleted', false),
  ],
  [
    'control API failed, nothing measured',
    reading({ node: NOT_ASKED, devices: troubled('forbidden'), pings: 'none' }),
    undefined,
    'unknown link-not-measured | nothing | nothing',
  ],
  ['the flag alone says nothing', reading({ pings: 'none' }), undefined, 'unknown link-not-measured | nothing | nothing'],
  [
    'nor does it where it is false',
    reading({ node: answered(status({ peers: [peer({ online: false })] })), pings: 'none' }),
    undefined,
    'unknown link-not-measured | nothing | nothing',
  ],
  [
    'the daemon went while it pinged',
    reading({ pings: { disco: [{ kind: 'failed', trouble: 'refused', says: 'tailscaled: connection refused' }], tsmp: [] } }),
    undefined,
    'unknown link-not-measured | nothing | nothing',
  ],
];

describe('judgePeer', () => {
  it.each(CASES)('%s', (_, given, tcp, expected) => {
    expect(words(given, tcp)).toEqual(expected);
  });

  it('says of a good link what a person wants to read', () => {
    expect(judge(reading(), 'open')).toEqual({
      down: { outcome: 'ok', says: '23 ms, direct', latencyMs: 23, path: 'direct' },
      degraded: { outcome: 'ok', says: '23 ms, direct', latencyMs: 23, path: 'direct' },
      blocked: undefined,
      peerKey: { outcome: 'ok', says: 'the node key does not end' },
    });
  });

  it('says of a cut link how far packets get and what it means', () => {
    expect(judge(reading({ pings: NO_REPLY }), 'silent').down).toEqual({
      outcome: 'failing',
      cause: {
        code: 'link-silent',
        says: 'gw-b answers no ping at any layer',
        facts: [
          'Tailscale on gw-a says it is running',
          'disco ping: no reply to 2 tries',
          'TSMP ping: no reply to 2 tries',
          'ICMP ping: no reply',
          'TCP: every connection timed out',
          'the control server still believes gw-b online, which says nothing about the way of packets',
        ],
        hint: 'Either the way is cut or gw-b is frozen: look at gw-b itself, and whether anybody else reaches it.',
        commands: ['tailscale ping --c 3 100.64.0.2', 'tailscale ping --tsmp --c 3 100.64.0.2', 'tailscale status'],
      },
    });
  });

  it('says of a blocked port that pings do not see the policy', () => {
    const given = reading({ devices: answered([device({ blocksIncoming: true })]), pings: { icmp: [SILENT] } });

    expect(judge(given, 'silent').blocked).toEqual({
      code: 'port-blocked',
      says: 'gw-b answers pings, but connections to it vanish: the policy of the tailnet or a firewall',
      facts: [
        'ICMP does not pass: the policy may allow nothing in this direction',
        'disco ping: answered in 23 ms, direct',
        'TSMP ping: answered in 24 ms',
        'ICMP ping: no reply',
        'TCP: every connection timed out',
        'gw-b blocks incoming connections (shields up)',
      ],
      hint: 'Look whether the policy of the tailnet allows the port from here to gw-b, then at the firewall of its machine.',
      commands: ['tailscale ping --tsmp 100.64.0.2', 'tailscale ping --icmp 100.64.0.2', 'nc -vz -w 3 100.64.0.2 15443'],
    });
  });

  it('says without LocalAPI what cannot be known', () => {
    expect(judge(reading({ node: NOT_ASKED, pings: 'none' }), 'silent').down).toEqual({
      outcome: 'failing',
      cause: {
        code: 'link-tcp-silent',
        says: 'every connection to 100.64.0.2 times out',
        facts: [
          'TCP: every connection timed out',
          'whether Tailscale, a policy or a firewall is in the way cannot be known without LocalAPI',
        ],
        hint: 'Ping it from the machine here; set tailscale.socket, so that this is done next time.',
        commands: ['tailscale ping --c 3 100.64.0.2', 'tailscale status'],
      },
    });
  });

  it('knows the end of the other node’s key from the map, or else from the control API', () => {
    const ends = NOW + 10 * DAY;
    const byMap = judge(reading({ node: answered(status({ peers: [peer({ keyExpiry: ends })] })) }));
    const byApi = judge(reading({ node: NOT_ASKED, devices: answered([device({ keyExpiry: ends })]), pings: 'none' }));
    const byNobody = judge(reading({ node: NOT_ASKED, pings: 'none' }));

    expect([byMap, byApi, byNobody].map(({ peerKey }) => brief(peerKey))).toEqual([
      'failing tailnet-key-ends (ticket)',
      'failing tailnet-key-ends (ticket)',
      'nothing',
    ]);
  });

  it('judges a gateway behind a subnet router by the router', () => {
    const router = peer({ host: 'router-b', addresses: ['100.64.0.7'], routes: ['100.64.0.7/32', '10.20.0.0/16'] });
    const given: TailnetReading = { ...reading({ node: answered(status({ peers: [router] })) }), pings: new Map() };

    expect(brief(judge(given, 'silent', '10.20.0.5').down)).toEqual('failing link-tcp-silent');
    expect(brief(judge(given, 'silent', '10.30.0.5').down)).toEqual('failing link-peer-unknown');
  });

  it('does not take its own address for a peer', () => {
    expect(brief(judge(reading(), 'silent', OWN_ADDRESS).down)).toEqual('unknown link-address-own');
  });
});
