import { describe, expect, it } from 'vitest';
import { judgeProbes } from '../../../src/cli/doctor/probes.ts';
import type { Finding } from '../../../src/cli/doctor/result.ts';
import type { Config, RedisAddress } from '../../../src/config/config.ts';
import type { ConnectFailureKind, ConnectOutcome } from '../../../src/mesh/probing/gateway-observation.ts';
import type { RequestObservation } from '../../../src/mesh/probing/request-observation.ts';
import type { ProbesSetup } from '../../../src/mesh/setup.ts';
import { PROBES, WATCHED } from './setups.ts';

function rows(findings: readonly Finding[]): readonly (readonly [string, string, string])[] {
  return findings.map(({ check, state, text }) => [check, state, text]);
}

/** Everything that is not simply well. */
function told(changes: Partial<ProbesSetup>, config: Config = WATCHED): readonly Finding[] {
  return judgeProbes({ ...PROBES, ...changes }, config).filter(({ state }) => state !== 'ok');
}

function unreached(kind: ConnectFailureKind, tookMs = 2_000): ConnectOutcome {
  return { ok: false, failure: { kind, tookMs, withinMs: 2_000, detail: 'as it was' } };
}

describe('what is measured', () => {
  it('that is well says so, line by line, and shows no query', () => {
    expect(rows(judgeProbes(PROBES, WATCHED))).toEqual([
      ['probes-vantage', 'ok', 'what is measured here counts as from a'],
      ['probes-workers', 'ok', 'ways from b are measured by a worker there, else by the canary there where it may be asked'],
      ['probes-gateways', 'ok', 'the gateway of b takes connections at gw-b:15443, in 12 ms'],
      ['probes-public', 'ok', 'https://shop.example/status answers 200 in 30 ms'],
    ]);
  });

  it.each([
    [{ clusters: WATCHED.clusters.slice(0, 1) }, 'no way between clusters is measured: there is one cluster'],
    [{ redis: undefined }, 'no way between clusters is measured: no Redis is configured'],
    [{ schedules: { ...WATCHED.schedules, 'probe-links': 'off' } }, 'no way between clusters is measured: schedules.probe-links is off'],
  ] satisfies readonly [Partial<Config>, string][])('that is nothing says why: %#', (changes, text) => {
    expect(rows(told({ gateways: [] }, { ...WATCHED, ...changes }))).toEqual([['probes-vantage', 'untried', text]]);
  });

  it('from nowhere that is known', () => {
    const probes = { ...WATCHED.probes, vantage: undefined };
    expect(told({}, { ...WATCHED, probes })).toEqual([
      {
        check: 'probes-vantage',
        state: 'warning',
        text: 'In which cluster this runs is not known: what is measured here counts as from none of them',
        next: 'Set probes.vantage to the name of the cluster, or start it with --vantage. Outside of all clusters leave it as it is.',
      },
    ]);
  });

  const at = (...hosts: readonly string[]): RedisAddress => ({
    kind: 'cluster',
    nodes: hosts.map((host) => ({ host, port: 6379 })),
    tls: false,
  });

  it.each([
    [at('127.0.0.1'), true],
    [at('localhost', '::1'), true],
    [{ kind: 'single', node: { host: '127.0.0.2', port: 6379 }, database: 0, tls: false }, true],
    [{ kind: 'sentinel', sentinels: [{ host: 'localhost', port: 26379 }], master: 'm', database: 0, tls: false }, true],
    [at('127.0.0.1', '100.64.0.9'), false],
    [at('localhost.example.org'), false],
  ] satisfies readonly [RedisAddress, boolean][])('with a Redis that workers elsewhere can use, or not: %o', (address, isWarned) => {
    const redis = { address, username: undefined, password: undefined };
    expect(told({}, { ...WATCHED, redis })).toEqual(
      isWarned
        ? [
            {
              check: 'probes-workers',
              state: 'warning',
              text: 'The address of Redis is this very machine, so that no worker in another cluster can use it: ways from b are at best told by canaries',
              next: 'Let Redis listen in the tailnet, with TLS and a password, put that address into redis.url, and start in each other cluster: meshwarden start --role worker --vantage <cluster>.',
            },
          ]
        : [],
    );
  });
});

describe('a gateway', () => {
  const LINK = 'Look at the tailnet on both sides (tailscale ping), and correct clusters[].gateway where it listens elsewhere.';
  const PODS = 'Look at the pods and the Service of that gateway, and correct clusters[].gateway where it listens elsewhere.';

  it.each([
    [unreached('refused', 1), 'nothing listens there', PODS],
    [unreached('proxy-refused', 1), 'nothing listens there', PODS],
    [unreached('proxy-refused', 1_900), 'the proxy could not connect', LINK],
    [unreached('timeout'), 'it does not answer', LINK],
    [unreached('unreachable', 1), 'there is no way to it', LINK],
    [unreached('name-unknown', 1), 'its name cannot be looked up', 'Correct clusters[].gateway.address, or the DNS of this machine.'],
    [
      unreached('local', 1),
      'this machine did not even try',
      'Look at the limits of this process: files that it may open, ports that are free.',
    ],
  ])('that cannot be reached is a warning: %o', (connect, words, next) => {
    expect(told({ gateways: [{ cluster: 'b', where: 'gw-b:15443', connect }] })).toEqual([
      { check: 'probes-gateways', state: 'warning', text: `No connection to the gateway of b at gw-b:15443: ${words}`, next },
    ]);
  });

  it('behind a proxy that is away was not tried', () => {
    expect(rows(told({ gateways: [{ cluster: 'b', where: 'gw-b:15443', connect: unreached('proxy-away', 1) }] }))).toEqual([
      ['probes-gateways', 'untried', 'the gateway of b not tried: the proxy does not answer'],
    ]);
  });

  it('that the configuration does not name is said, unless both are of one network', () => {
    const [a, b] = WATCHED.clusters;
    if (a === undefined || b === undefined) throw new Error('the mesh has two clusters');
    const apart = { ...WATCHED, clusters: [a, { ...b, gateway: undefined }] };
    const together = { ...WATCHED, clusters: [a, { ...b, gateway: undefined, network: a.network }] };
    expect(rows(told({ gateways: [] }, apart))).toEqual([
      ['probes-gateways', 'untried', 'the gateway of b not tried: clusters[].gateway is not set, so that it is not measured'],
    ]);
    expect(told({ gateways: [] }, together)).toEqual([]);
  });
});

describe('a public path', () => {
  const url = 'https://lena:hidden@shop.example/status?key=hidden';
  const judged = (seen: RequestObservation): readonly Finding[] => told({ publicPaths: [{ url, status: 200, seen }] });

  it('that does not answer as it should is a warning', () => {
    expect(
      judged({
        connect: { ok: true, tookMs: 1 },
        tls: { ok: true, tookMs: 1, notAfter: undefined },
        answer: { ok: true, status: 503, tookMs: 1, line: 'no healthy upstream' },
      }),
    ).toEqual([
      {
        check: 'probes-public',
        state: 'warning',
        text: 'https://shop.example/status: the public request is answered with another status than expected (503 instead of 200: no healthy upstream)',
        next: 'A 503 comes from the ingress gateway: look at the gateway of the other cluster. A 404 means that no route matches.',
      },
    ]);
  });

  it('that cannot be reached is a warning', () => {
    expect(rows(judged({ connect: unreached('name-unknown', 3), tls: undefined, answer: undefined }))).toEqual([
      [
        'probes-public',
        'warning',
        'https://shop.example/status: the public name cannot be looked up (no connection after 3 ms: as it was)',
      ],
    ]);
  });
});
