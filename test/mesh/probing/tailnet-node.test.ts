import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../src/core/duration.ts';
import { judgeNode } from '../../../src/mesh/probing/tailnet-node.ts';
import type { TailnetReading } from '../../../src/mesh/probing/tailnet.ts';
import { brief } from '../../tailnet/replay.ts';
import { answered, device, NOT_ASKED, NOW, OWN_ADDRESS, peer, status, troubled } from './tailnet-build.ts';

const STOPPED_TEXT = 'Tailscale is stopped.';
const NO_SYNC =
  'Unable to connect to the Tailscale coordination server to synchronize the state of your tailnet. Peer reachability might degrade over time.';
const NO_KEY =
  'You are logged out. The last login error was: fetch control key: Get "https://hs.example.test/key?v=141": connection refused';
const NO_RELAY = "Tailscale could not connect to the 'Frankfurt' relay server. Your Internet connection might be down.";

const own = (change: Parameters<typeof device>[0] = {}) => device({ host: 'gw-a', addresses: [OWN_ADDRESS], ...change });

interface Case {
  readonly node?: TailnetReading['node'];
  readonly devices?: TailnetReading['devices'];
  readonly address?: string | undefined;
}

function judge({ node = answered(status()), devices = NOT_ASKED, address = OWN_ADDRESS }: Case) {
  return judgeNode({ node, devices }, { address, now: NOW });
}

/** `node | key | control`. */
function words(given: Case): string {
  const { node, key, control } = judge(given);
  return [node, key, control].map(brief).join(' | ');
}

const CASES: readonly (readonly [name: string, given: Case, expected: string])[] = [
  ['running', {}, 'ok | ok | ok'],
  ['a key that ends in a month', { node: answered(status({ keyExpiry: NOW + 30 * DAY })) }, 'ok | ok | ok'],
  ['a key that ends in exactly 14 days', { node: answered(status({ keyExpiry: NOW + 14 * DAY })) }, 'ok | ok | ok'],
  [
    'a key that ends a moment before that',
    { node: answered(status({ keyExpiry: NOW + 14 * DAY - 1 })) },
    'ok | failing tailnet-key-ends (ticket) | ok',
  ],
  [
    'a key that ends in exactly 2 days',
    { node: answered(status({ keyExpiry: NOW + 2 * DAY })) },
    'ok | failing tailnet-key-ends (ticket) | ok',
  ],
  [
    'a key that ends a moment before that',
    { node: answered(status({ keyExpiry: NOW + 2 * DAY - 1 })) },
    'ok | failing tailnet-key-ends (page) | ok',
  ],
  [
    'a key that has ended by the clock alone',
    { node: answered(status({ keyExpiry: NOW })) },
    'ok | failing tailnet-key-expired (page) | ok',
  ],
  [
    'expired, still online',
    { node: answered(status({ backend: 'NeedsLogin', expired: true, keyExpiry: NOW - HOUR })) },
    'failing tailnet-key-expired | failing tailnet-key-expired (page) | ok',
  ],
  [
    'stopped',
    { node: answered(status({ backend: 'Stopped', online: false, health: [STOPPED_TEXT] })) },
    'failing tailnet-stopped | ok | unknown tailnet-control-unknown',
  ],
  [
    'logged out',
    { node: answered(status({ backend: 'NeedsLogin', online: false, addresses: [], peers: [] })) },
    'failing tailnet-needs-login | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'waiting for approval',
    { node: answered(status({ backend: 'NeedsMachineAuth', online: true })) },
    'failing tailnet-needs-approval | ok | ok',
  ],
  [
    'restarted without a control server',
    { node: answered(status({ backend: 'NoState', online: false, addresses: [], peers: [], health: [NO_KEY] })) },
    'failing tailnet-no-state | unknown tailnet-key-unknown | failing tailnet-control-lost',
  ],
  [
    'starting',
    { node: answered(status({ backend: 'Starting', online: false })) },
    'failing tailnet-starting | ok | unknown tailnet-control-unknown',
  ],
  ['a state of a newer version', { node: answered(status({ backend: 'InUseOtherUser' })) }, 'unknown tailnet-state-unknown | ok | ok'],
  [
    'a state with the name of something of JavaScript',
    { node: answered(status({ backend: 'constructor' })) },
    'unknown tailnet-state-unknown | ok | ok',
  ],
  ['control server gone, told by the flag', { node: answered(status({ online: false })) }, 'ok | ok | failing tailnet-control-lost'],
  ['control server gone, told by a message', { node: answered(status({ health: [NO_SYNC] })) }, 'ok | ok | failing tailnet-control-lost'],
  ['a relay that is lost says nothing about the control server', { node: answered(status({ health: [NO_RELAY] })) }, 'ok | ok | ok'],
  [
    'no socket',
    { node: troubled('noSocket') },
    'failing tailnet-daemon-gone | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'a socket without a daemon',
    { node: troubled('refused') },
    'failing tailnet-daemon-gone | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'a frozen daemon',
    { node: troubled('silent') },
    'failing tailnet-daemon-silent | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'a socket that may not be opened',
    { node: troubled('noPermission') },
    'unknown tailnet-socket-denied | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'something else behind the socket',
    { node: troubled('protocol') },
    'unknown tailnet-daemon-odd | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'a frozen daemon, and what the control API knows',
    { node: troubled('silent'), devices: answered([own({ keyExpiry: NOW + DAY })]) },
    'failing tailnet-daemon-silent | failing tailnet-key-ends (page) | ok',
  ],
  [
    'a socket that may not be opened, of a node that the control API knows as expired',
    { node: troubled('noPermission'), devices: answered([own({ keyExpiry: NOW - DAY })]) },
    'failing tailnet-key-expired | failing tailnet-key-expired (page) | ok',
  ],
  ['running, but deleted at the control server', { devices: answered([device()]) }, 'failing tailnet-deleted | ok | ok'],
  ['running, and the devices of another tailnet', { devices: answered([device({ addresses: ['100.99.0.1'] })]) }, 'ok | ok | ok'],
  ['running, and listed', { devices: answered([device(), own()]) }, 'ok | ok | ok'],
  ['control API alone: connected', { node: NOT_ASKED, devices: answered([own()]) }, 'ok | ok | ok'],
  [
    'control API alone: not connected',
    { node: NOT_ASKED, devices: answered([own({ connected: false })]) },
    'unknown tailnet-daemon-unknown | ok | failing tailnet-control-lost',
  ],
  [
    'control API alone: it does not say',
    { node: NOT_ASKED, devices: answered([own({ connected: undefined })]) },
    'unknown tailnet-daemon-unknown | ok | unknown tailnet-control-unknown',
  ],
  [
    'control API alone: expired',
    { node: NOT_ASKED, devices: answered([own({ keyExpiry: NOW - 1 })]) },
    'failing tailnet-key-expired | failing tailnet-key-expired (page) | ok',
  ],
  [
    'control API alone: not approved',
    { node: NOT_ASKED, devices: answered([own({ authorized: false })]) },
    'failing tailnet-needs-approval | ok | ok',
  ],
  [
    'control API alone: no such device',
    { node: NOT_ASKED, devices: answered([device()]) },
    'failing tailnet-deleted | unknown tailnet-key-unknown | unknown tailnet-control-unknown',
  ],
  [
    'control API alone: it cannot be asked',
    { node: NOT_ASKED, devices: troubled('forbidden') },
    'unknown tailnet-api-failed | unknown tailnet-api-failed | unknown tailnet-api-failed',
  ],
  ['neither', { node: NOT_ASKED }, 'nothing | nothing | nothing'],
];

describe('judgeNode', () => {
  it.each(CASES)('%s', (_, given, expected) => {
    expect(words(given)).toEqual(expected);
  });

  it('has nothing to look up in the control API where the own address is not known', () => {
    const verdict = judgeNode({ node: NOT_ASKED, devices: answered([own()]) }, { address: undefined, now: NOW });

    expect(verdict).toEqual({ node: undefined, key: undefined, control: undefined });
  });

  it('finds the own device by a route as well', () => {
    const router = own({ addresses: ['100.64.0.9'], routes: ['0.0.0.0/0', '10.20.0.0/16'] });

    expect(brief(judge({ node: NOT_ASKED, devices: answered([router]), address: '10.20.3.4' }).node)).toEqual('ok');
    expect(brief(judge({ node: NOT_ASKED, devices: answered([router]), address: '10.21.3.4' }).node)).toEqual('failing tailnet-deleted');
  });

  it('tells of health messages, whatever their order, without taking them for a failure', () => {
    const told = [
      [NO_RELAY, 'Some peers are advertising routes.'],
      ['Some peers are advertising routes.', NO_RELAY],
    ].map((health) => judge({ node: answered(status({ health })) }));

    expect(told[0]).toEqual(told[1]);
    expect(told[0]?.node).toEqual({
      outcome: 'ok',
      says: "gw-a is running; tailscaled says: Tailscale could not connect to the 'Frankfurt' relay server. Your Internet connection might be down. (and 1 more)",
    });
  });

  it('says not to restart a daemon that has lost the control server', () => {
    expect(judge({ node: answered(status({ online: false, health: [NO_SYNC], peers: [peer()] })) })).toEqual({
      node: { outcome: 'ok', says: 'gw-a is running' },
      key: { outcome: 'ok', says: 'the node key does not end' },
      control: {
        outcome: 'failing',
        cause: {
          code: 'tailnet-control-lost',
          says: "gw-a has lost Tailscale's control server; paths that exist go on",
          facts: [
            'gw-a says that it is offline',
            'tailscaled says: Unable to connect to the Tailscale coordination server to synchronize the state of your tailnet. Peer reachability might degrade over time.',
          ],
          hint: 'Do not restart tailscaled until the control server is back: a restarted node knows no peer and the link is then dead.',
          commands: ['tailscale status', 'tailscale netcheck'],
        },
      },
    });
  });

  it('says not to restart again a daemon that was restarted without a control server', () => {
    const { node } = judge({ node: answered(status({ backend: 'NoState', online: false, addresses: [], peers: [], health: [NO_KEY] })) });

    expect(node).toEqual({
      outcome: 'failing',
      cause: {
        code: 'tailnet-no-state',
        says: 'tailscaled on gw-a was restarted while the control server is away and knows no peer',
        facts: [
          'tailscaled on gw-a says NoState',
          'tailscaled says: You are logged out. The last login error was: fetch control key: Get "https://hs.example.test/key?v=141": connection refused',
        ],
        hint: 'Do not restart tailscaled now: it recovers by itself once it reaches the control server, and until then a restart changes nothing.',
        commands: ['tailscale status', 'tailscale netcheck', 'journalctl -u tailscaled --since -10m'],
      },
    });
  });

  it('names the end of a key', () => {
    const { key } = judge({ node: answered(status({ keyExpiry: NOW + 41 * HOUR })) });

    expect(key).toEqual({
      outcome: 'failing',
      severity: 'page',
      cause: {
        code: 'tailnet-key-ends',
        says: 'the node key of gw-a ends at 2026-11-22 05:00 UTC',
        facts: ['from then on gw-a reaches nobody and nobody reaches it'],
        hint: 'Log gw-a in again before that, or disable key expiry for it in the admin console; tagged nodes have none.',
        commands: ["tailscale status --json | jq '.Self.KeyExpiry'", 'tailscale up --force-reauth'],
      },
    });
  });

  it('repeats no login address and no endless message', () => {
    const long = `coordination server ${'x'.repeat(300)} https://login.example/register/secret`;
    const facts = judge({
      node: answered(status({ online: true, health: [long, 'coordination server: visit https://hs.example/register/abc'] })),
    }).control?.cause?.facts;

    expect(facts).toEqual([
      `tailscaled says: coordination server ${'x'.repeat(139)}…`,
      'tailscaled says: coordination server: visit [login address]',
    ]);
  });
});
