import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import { judgeTailscale } from '../../../src/cli/doctor/tailscale.ts';
import type { Config } from '../../../src/config/config.ts';
import { DAY } from '../../../src/core/duration.ts';
import type { ConnectFailureKind } from '../../../src/mesh/probing/gateway-observation.ts';
import type { NodeStatus, Trouble } from '../../../src/mesh/probing/tailnet.ts';
import type { ProxySetup, TailnetSetup } from '../../../src/mesh/setup.ts';
import { CONFIG, NOW, SOCKET, TAILNET, WATCHED } from './setups.ts';

function judge(changes: Partial<TailnetSetup> = {}, config: Config = WATCHED): readonly Finding[] {
  return judgeTailscale({ ...TAILNET, ...changes }, config, NOW);
}

/** Everything that is not simply well. */
function told(changes: Partial<TailnetSetup>, config?: Config): readonly Finding[] {
  return judge(changes, config).filter(({ state }) => state !== 'ok');
}

function node(changes: Partial<NodeStatus>): Partial<TailnetSetup> {
  if (TAILNET.node.kind !== 'answered') throw new Error('the healthy node answers');
  return { node: { kind: 'answered', value: { ...TAILNET.node.value, ...changes } } };
}

function broken(trouble: Trouble, why: string, who = 'tailscaled'): { kind: 'failed'; trouble: Trouble; says: string } {
  return { kind: 'failed', trouble, says: `${who}: ${why}` };
}

const NOTHING: TailnetSetup = { node: { kind: 'notAsked' }, proxy: undefined, devices: { kind: 'notAsked' } };

describe('the tailnet', () => {
  it('that is well says so, line by line', () => {
    expect(judge().map(({ check, state, text }) => [check, state, text])).toEqual([
      ['tailscale-socket', 'ok', `tailscaled answers at ${SOCKET}`],
      ['tailscale-node', 'ok', 'gw-a is running'],
      ['tailscale-key', 'ok', 'the node key ends in 90 days'],
      ['tailscale-proxy', 'ok', 'the proxy localhost:1055 takes a SOCKS5 greeting'],
      ['tailscale-control', 'ok', "Tailscale's control API lists 2 devices"],
    ]);
  });

  it('that nobody configured is a warning where ways are measured, and nothing more elsewhere', () => {
    expect(judge(NOTHING, CONFIG)).toEqual([
      {
        check: 'tailscale-socket',
        state: 'warning',
        text: 'tailscaled is not asked: links are judged by TCP alone, so that a dead link, a relay and a closed port look alike',
        next: 'Set tailscale.socket, such as /var/run/tailscale/tailscaled.sock; reading it needs no privilege.',
      },
    ]);
    const unwatched = { check: 'tailscale-socket', state: 'untried', text: 'tailscaled is not asked: tailscale.socket is not set' };
    expect(judge(NOTHING, { ...CONFIG, redis: undefined })).toEqual([unwatched]);
    expect(judge(NOTHING, { ...CONFIG, clusters: CONFIG.clusters.slice(0, 1) })).toEqual([unwatched]);
    expect(judge(NOTHING, { ...CONFIG, schedules: { ...CONFIG.schedules, 'probe-links': 'off' } })).toEqual([unwatched]);
  });

  it.each([
    [
      broken('noSocket', 'there is no such socket'),
      `tailscaled does not run here: nobody answers at its socket (${SOCKET}: there is no such socket)`,
      'Start tailscaled. Where it does run, its socket is not mounted into this process: look at tailscale.socket.',
    ],
    [
      broken('noPermission', 'permission denied'),
      `This process may not open the socket of tailscaled (${SOCKET}: permission denied)`,
      'The socket itself is open to everyone (0666): its folder or the mount is not.',
    ],
    [
      broken('silent', 'no answer within 3000 ms'),
      `tailscaled is frozen: it takes connections and answers none (${SOCKET}: no answer within 3000 ms)`,
      'Look at memory and disk of its machine before restarting it; a restart without a control server cuts the link.',
    ],
    [
      broken('protocol', 'an answer that is no JSON'),
      `What answers at the socket of tailscaled does not answer as it does (${SOCKET}: an answer that is no JSON)`,
      'Look at tailscale.socket: something else may listen there.',
    ],
  ])('whose daemon does not answer: %o', (answer, text, next) => {
    expect(told({ node: answer })).toEqual([
      { check: 'tailscale-socket', state: 'failed', text, next },
      { check: 'tailscale-node', state: 'untried', text: 'node and key not looked at: tailscaled tells nothing' },
    ]);
  });

  it.each([
    [{ backend: 'Stopped', online: false }, 'failed', 'Tailscale on gw-a is stopped'],
    [{ backend: 'NeedsLogin', online: false }, 'failed', 'gw-a is logged out of the tailnet'],
    [{ backend: 'Dreaming' }, 'warning', 'tailscaled on gw-a is in a state that is not known here: Dreaming'],
    [{ online: false }, 'warning', "gw-a has lost Tailscale's control server; paths that exist go on"],
    [{ expired: true, keyExpiry: NOW - DAY }, 'failed', 'The node key of gw-a has expired'],
  ] as const)('whose node is not well: %o', (changes, state, text) => {
    expect(told(node(changes)).map((one) => [one.check, one.state, one.text])).toEqual([['tailscale-node', state, text]]);
  });

  it.each([
    [13, [['tailscale-key', 'warning']]],
    [1, [['tailscale-key', 'warning']]],
    [15, []],
  ])('whose key ends in %i days', (days, found) => {
    const findings = told(node({ keyExpiry: NOW + days * DAY }));
    expect(findings.map(({ check, state }) => [check, state])).toEqual(found);
    for (const { text } of findings) expect(text).toMatch(/^The node key of gw-a ends /);
  });

  it('whose key does not end, or is not known', () => {
    expect(judge(node({ keyExpiry: undefined })).find(({ check }) => check === 'tailscale-key')?.text).toBe('the node key does not end');
    const without = told(node({ addresses: [], backend: 'Starting' })).find(({ check }) => check === 'tailscale-key');
    expect(without).toEqual({
      check: 'tailscale-key',
      state: 'untried',
      text: 'when the node key ends cannot be known: nobody who was asked knows it',
    });
  });
});

describe('the proxy into the tailnet', () => {
  const refused = (kind: ConnectFailureKind): ProxySetup => ({
    connect: { ok: false, failure: { kind, tookMs: 1, withinMs: 2_000, detail: 'connect ECONNREFUSED' } },
    answer: undefined,
  });
  const answering = (answer: ProxySetup['answer']): ProxySetup => ({ connect: { ok: true, tookMs: 1 }, answer });
  const START = 'Start tailscaled with --tun=userspace-networking and --socks5-server, or correct tailscale.proxy.';
  const ELSE = 'Correct tailscale.proxy: something else listens there.';

  it.each([
    [refused('refused'), 'No connection to the proxy localhost:1055: nothing listens there', START],
    [refused('timeout'), 'No connection to the proxy localhost:1055: it does not answer', START],
    [answering('asksPassword'), 'The proxy localhost:1055 asks for a password, which the one of tailscaled never does', ELSE],
    [answering('noSocks'), 'The proxy localhost:1055 speaks no SOCKS5', ELSE],
    [
      answering('silent'),
      'The proxy localhost:1055 takes connections and answers nothing',
      'Look at tailscaled, which may be frozen; else correct tailscale.proxy.',
    ],
  ])('that cannot be used: %o', (proxy, text, next) => {
    expect(told({ proxy })).toEqual([{ check: 'tailscale-proxy', state: 'failed', text, next }]);
  });
});

describe('the control API', () => {
  const API = "Tailscale's control API";
  const AWAY = 'Try again. If it stays so: is there a way to the internet from here, and is tailscale.control.api right where it is set?';

  it.each([
    [
      broken('unauthorized', 'it does not accept the OAuth client (401)', API),
      'Correct tailscale.control.clientId and its secret: Tailscale admin console, Settings, OAuth clients.',
    ],
    [broken('forbidden', '403 when asked for the token', API), 'Give the OAuth client the scope devices:core:read (Devices, Core, Read).'],
    [
      broken('protocol', '404 when asked for the devices', API),
      'Correct tailscale.control.tailnet (`-` is that of the client), and tailscale.control.api where it is set.',
    ],
    [broken('rateLimited', '429 when asked for the token', API), 'Try again in a minute.'],
    [broken('unavailable', '500 when asked for the token', API), AWAY],
    [broken('silent', 'no answer within 10000 ms', API), AWAY],
    [broken('refused', 'connection refused', API), AWAY],
  ])('that tells nothing: %o', (devices, next) => {
    expect(told({ devices })).toEqual([{ check: 'tailscale-control', state: 'failed', text: devices.says, next }]);
  });

  it('that lists no device is that of another tailnet', () => {
    expect(told({ devices: { kind: 'answered', value: [] } })).toEqual([
      {
        check: 'tailscale-control',
        state: 'warning',
        text: "Tailscale's control API lists no device at all",
        next: 'Correct tailscale.control.tailnet: `-` is that of the client.',
      },
    ]);
  });

  it('without a secret is not asked', () => {
    expect(told({ devices: { kind: 'notAsked' } })).toEqual([
      { check: 'tailscale-control', state: 'untried', text: "Tailscale's control API not asked: the secret of its client was not read" },
    ]);
  });
});
