import { describe, expect, it } from 'vitest';
import { judgePath, type PathQuestion } from '../../../src/mesh/probing/gateway-path.ts';
import type { PathCode } from '../../../src/mesh/probing/gateway-path-verdicts.ts';
import type { GatewayEvidence } from '../../../src/mesh/probing/gateway-evidence.ts';
import {
  alert,
  CANARY,
  certificates,
  CHAIN,
  cut,
  deadline,
  FOREIGN,
  HEALTHY,
  notConnected,
  NOW,
  observed,
  RESET,
  ROOT,
  SECURE,
  SILENT,
  WEB,
} from './gateway-observations.ts';

const TARGET = {
  host: '100.64.0.2',
  port: 15_443,
  servername: 'outbound_.8080_._.mesh-canary-b.mesh-canary.svc.cluster.local',
  proxy: undefined,
};
const COMMANDS = [
  'nc -vz -w 3 100.64.0.2 15443',
  `openssl s_client -connect 100.64.0.2:15443 -servername ${TARGET.servername} -alpn istio -tls1_3 -showcerts </dev/null`,
];

function question(change: Partial<PathQuestion>): PathQuestion {
  return {
    target: TARGET,
    main: HEALTHY,
    control: RESET,
    second: undefined,
    bundle: certificates(ROOT.certificatePem),
    expected: { trustDomain: 'cluster.local', namespace: 'mesh-canary', serviceAccount: 'mesh-canary' },
    evidence: undefined,
    now: NOW,
    ...change,
  };
}

function codeOf(change: Partial<PathQuestion>): PathCode {
  return judgePath(question(change)).code;
}

describe('judgePath', () => {
  it('is content with a healthy main probe, a reset control and a trusted chain', () => {
    const { verdicts, ...conclusion } = judgePath(question({}));
    expect(conclusion).toEqual({
      path: 'ok',
      code: 'healthy',
      says: 'handshake in 25 ms',
      trust: { state: 'ok', says: `${CANARY}, ends in 300 days` },
      latencyMs: 20,
      handshakeMs: 25,
      hostAnswered: true,
    });
    expect([verdicts.main.code, verdicts.control?.code, verdicts.second]).toEqual(['healthy', 'reset', undefined]);
  });

  it('tells a failure with what may be and how to try it', () => {
    const { path, cause, trust, latencyMs, hostAnswered } = judgePath(
      question({ main: notConnected('timeout'), control: notConnected('timeout') }),
    );
    expect({ path, cause, latencyMs, hostAnswered }).toEqual({
      path: 'failing',
      latencyMs: undefined,
      hostAnswered: false,
      cause: {
        code: 'connect-timeout',
        says: 'nobody answered on the port of the gateway',
        facts: [
          'no connection within 2000 ms',
          'a name that cannot exist: nobody answered on the port of the gateway',
          'may be: the link is down; the policy of the tailnet or a firewall drops the port; externalTrafficPolicy Local on a node without a pod of the gateway',
        ],
        hint: 'Look at the link first; if its pings pass, look at the policy of the tailnet for this port.',
        commands: COMMANDS,
      },
    });
    expect(trust).toEqual({
      state: 'unknown',
      says: 'no chain of a workload was seen, so that it cannot be judged',
      cause: {
        code: 'chain-unseen',
        says: 'no chain of a workload was seen, so that it cannot be judged',
        facts: [],
        hint: 'Mend the path first.',
        commands: [],
      },
    });
  });

  it('names the proxy in commands where there is one', () => {
    const { cause } = judgePath(question({ main: RESET, target: { ...TARGET, proxy: 'localhost:1055' } }));
    expect(cause?.commands).toEqual(['nc -X 5 -x localhost:1055 -vz -w 3 100.64.0.2 15443']);
  });

  it('is the wrong target where any name is answered', () => {
    for (const control of [
      HEALTHY,
      observed([SECURE], { certificates: CHAIN }),
      observed([SECURE], { certificates: WEB }),
      observed([SECURE]),
    ]) {
      expect(codeOf({ control })).toBe('answers-any-name');
    }
    expect(judgePath(question({ control: HEALTHY }))).toMatchObject({ path: 'failing', trust: { state: 'unknown' } });
  });

  it('believes the main probe where the control knows nothing', () => {
    for (const control of [undefined, notConnected('timeout'), SILENT, observed([{ at: 21, event: 'cancelled' }])]) {
      expect(codeOf({ control })).toBe('healthy');
    }
  });

  it('says degraded of a path that works badly, and judges its chain all the same', () => {
    const late = observed([SECURE, deadline()], { certificates: CHAIN });
    expect(judgePath(question({ main: late }))).toMatchObject({ path: 'degraded', code: 'secure-then-silent', trust: { state: 'ok' } });
    expect(judgePath(question({ slowAfterMs: 10 }))).toMatchObject({
      path: 'degraded',
      code: 'healthy-slow',
      cause: { code: 'healthy-slow' },
    });
  });

  it('finds the MTU where a small first message is answered and a usual one is not', () => {
    for (const second of [HEALTHY, RESET, observed([alert(40)])]) {
      expect(codeOf({ main: SILENT, control: SILENT, second })).toBe('mtu-hole');
    }
    const { cause } = judgePath(question({ main: SILENT, control: SILENT, second: HEALTHY }));
    expect(cause?.facts).toEqual([
      'no end of the handshake 3000 ms after connecting, 0 bytes received',
      'a name that cannot exist: the gateway took the connection and nobody answered the handshake',
      'with a first message of one packet: the way to the sidecar behind the gateway is whole',
      'may be: the MTU of tailscale0 (1280) is not respected on the way: no MSS clamping for forwarded traffic',
    ]);
  });

  it('does not blame the MTU where the control, as large as the main one, was answered', () => {
    expect(judgePath(question({ main: SILENT, control: RESET, second: HEALTHY }))).toMatchObject({
      code: 'answered-second',
      path: 'degraded',
    });
  });

  it.each<[string, Partial<PathQuestion>, PathCode]>([
    ['a frozen sidecar: the control is reset', { main: SILENT, control: RESET, second: SILENT }, 'endpoint-silent'],
    ['a frozen gateway: nobody gets an answer', { main: SILENT, control: SILENT, second: SILENT }, 'gateway-silent'],
    [
      'silence and no more known',
      { main: SILENT, control: notConnected('timeout'), second: notConnected('timeout') },
      'silent-after-connect',
    ],
    ['half an answer', { main: observed([deadline()], { received: 100 }), control: RESET, second: SILENT }, 'silent-inside-handshake'],
    ['the first message never arrived whole', { main: observed([cut(15_030)]), control: observed([cut(15_030)]) }, 'listener-timeout'],
    [
      'plaintext',
      { main: observed([{ at: 30, event: 'error', code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: 'wrong version number' }]) },
      'plaintext',
    ],
  ])('%s', (_, change, code) => {
    expect(codeOf(change)).toBe(code);
  });

  it.each<[string, GatewayEvidence | undefined, PathCode, string]>([
    ['nothing could be read', undefined, 'reset', 'read ECONNRESET 21 ms after connecting'],
    [
      'nothing that explains it',
      { endpoints: { ready: 1, total: 1 }, envoy: { known: true, hosts: 1, healthy: 1 } },
      'reset',
      'read ECONNRESET 21 ms after connecting',
    ],
    [
      'no cluster of that name',
      { envoy: { known: false, hosts: 0, healthy: 0 } },
      'no-filter-chain',
      'no Envoy of the gateway has a cluster of this name (flag NR)',
    ],
    [
      'no endpoint',
      { envoy: { known: true, hosts: 0, healthy: 0 } },
      'no-healthy-endpoint',
      '0 of 0 endpoints of this name are healthy for the gateway (flag UH)',
    ],
    [
      'a counter of unhealthy clusters',
      { envoy: { known: true, hosts: 1, healthy: 1, noneHealthyRose: 1 } },
      'no-healthy-endpoint',
      'upstream_cx_none_healthy rose with the probe (flag UH)',
    ],
    [
      'EndpointSlices without a ready endpoint',
      { endpoints: { ready: 0, total: 2 } },
      'no-healthy-endpoint',
      '0 of 2 endpoints are ready, say the EndpointSlices (flag UH)',
    ],
    [
      'a counter of failed connections',
      { endpoints: { ready: 1, total: 1 }, envoy: { known: true, hosts: 1, healthy: 1, noneHealthyRose: 0, connectFailRose: 1 } },
      'endpoint-refuses',
      'upstream_cx_connect_fail rose with the probe (flag UF)',
    ],
  ])('a reset, and %s', (_, evidence, code, fact) => {
    const { cause } = judgePath(question({ main: RESET, evidence }));
    expect([cause?.code, cause?.facts[0]]).toEqual([code, fact]);
  });

  it('keeps trust apart from the path', () => {
    const { path, cause, trust } = judgePath(question({ bundle: certificates(FOREIGN.certificatePem) }));
    expect({ path, cause }).toEqual({ path: 'ok', cause: undefined });
    expect(trust).toMatchObject({
      state: 'failing',
      says: 'the chain of the workload ends at a root that the calling cluster does not trust',
    });
    expect(trust.cause?.code).toBe('foreign-root');
  });

  it('does not know of trust without a bundle', () => {
    expect(judgePath(question({ bundle: undefined })).trust).toEqual({
      state: 'unknown',
      says: 'the trust bundle of the calling cluster could not be read',
      cause: {
        code: 'bundle-unread',
        says: 'the trust bundle of the calling cluster could not be read',
        facts: [],
        hint: 'Look at the API of the calling cluster.',
        commands: [],
      },
    });
  });
});
