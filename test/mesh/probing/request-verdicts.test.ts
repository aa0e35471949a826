import { describe, expect, it } from 'vitest';
import type { ConnectOutcome } from '../../../src/mesh/probing/gateway-observation.ts';
import type { KubeconfigCode, PublicCode } from '../../../src/mesh/probing/request-causes.ts';
import type {
  AnswerLayer,
  KubeconfigObservation,
  RequestObservation,
  TlsFailureKind,
} from '../../../src/mesh/probing/request-observation.ts';
import { judgeKubeconfig, judgePublicPath, readinessOf } from '../../../src/mesh/probing/request-verdicts.ts';

const UP = { ok: true, tookMs: 10 } as const;
const TLS = { ok: true, tookMs: 20, notAfter: undefined } as const;

function answer(status: number, line = ''): AnswerLayer {
  return { ok: true, status, tookMs: 5, line };
}

function noAnswer(kind: Extract<AnswerLayer, { ok: false }>['kind']): AnswerLayer {
  return { ok: false, kind, tookMs: 3_000, detail: 'why' };
}

function down(kind: Extract<ConnectOutcome, { ok: false }>['failure']['kind']): ConnectOutcome {
  return { ok: false, failure: { kind, tookMs: 2_000, withinMs: 2_000, detail: 'why' } };
}

const GOOD: KubeconfigObservation = {
  connect: UP,
  tls: TLS,
  version: answer(200),
  gitVersion: 'v1.36.2',
  services: answer(200),
  clock: undefined,
};

function untrusted(kind: TlsFailureKind): Pick<KubeconfigObservation, 'tls' | 'version' | 'services'> {
  return { tls: { ok: false, kind, tookMs: 30, detail: 'why' }, version: undefined, services: undefined };
}

describe('judgeKubeconfig', () => {
  const judge = (change: Partial<KubeconfigObservation>): ReturnType<typeof judgeKubeconfig> =>
    judgeKubeconfig({ ...GOOD, ...change }, 'https://100.64.0.2:6443');

  it('is content with an answer to both questions', () => {
    expect(judge({})).toEqual({ outcome: 'ok', says: 'v1.36.2, 35 ms', latencyMs: 35 });
  });

  it('says why, and how to try it', () => {
    expect(
      judge({
        services: answer(403, 'services is forbidden: User "system:serviceaccount:istio-system:istio-reader-service-account" cannot list'),
      }),
    ).toEqual({
      outcome: 'failing',
      says: 'the token of the remote secret may not list services',
      latencyMs: 35,
      cause: {
        code: 'kubeconfig-rights',
        says: 'the token of the remote secret may not list services',
        facts: [
          'GET /api/v1/services said 403: services is forbidden: User "system:serviceaccount:istio-system:istio-reader-service-account" cannot list',
        ],
        hint: 'Look at the ClusterRoleBinding of istio-reader-service-account in the remote cluster.',
        commands: ['curl -vk --max-time 5 https://100.64.0.2:6443/version'],
      },
    });
  });

  it.each<[string, Partial<KubeconfigObservation>, KubeconfigCode, 'failing' | 'unknown']>([
    ['refused', { connect: down('refused') }, 'kubeconfig-refused', 'failing'],
    ['timeout', { connect: down('timeout') }, 'kubeconfig-timeout', 'failing'],
    ['unreachable', { connect: down('unreachable') }, 'kubeconfig-unreachable', 'failing'],
    ['name unknown', { connect: down('name-unknown') }, 'kubeconfig-name-unknown', 'failing'],
    ['proxy away', { connect: down('proxy-away') }, 'kubeconfig-proxy', 'unknown'],
    ['our own fault', { connect: down('local') }, 'kubeconfig-not-probed', 'unknown'],
    ['another name', untrusted('name'), 'kubeconfig-tls-name', 'failing'],
    ['another authority', untrusted('unknown-ca'), 'kubeconfig-ca', 'failing'],
    ['expired', untrusted('expired'), 'kubeconfig-certificate-expired', 'failing'],
    ['from the future', untrusted('not-yet-valid'), 'kubeconfig-certificate-not-yet-valid', 'failing'],
    ['no TLS', untrusted('not-tls'), 'kubeconfig-no-tls', 'failing'],
    ['silence in the handshake', untrusted('silent'), 'kubeconfig-no-answer', 'failing'],
    ['the token', { version: answer(401), services: answer(401) }, 'kubeconfig-token', 'failing'],
    ['an API server in trouble', { version: answer(500) }, 'kubeconfig-server-error', 'failing'],
    ['another server', { version: answer(404) }, 'kubeconfig-no-tls', 'failing'],
    ['a redirect', { version: answer(302) }, 'kubeconfig-no-tls', 'failing'],
    ['silence', { version: noAnswer('silent'), services: undefined }, 'kubeconfig-no-answer', 'failing'],
    ['cancelled', { version: noAnswer('cancelled'), services: undefined }, 'kubeconfig-not-probed', 'unknown'],
    ['no HTTP', { version: noAnswer('not-http'), services: undefined }, 'kubeconfig-no-tls', 'failing'],
    ['an end between both questions', { services: undefined }, 'kubeconfig-not-probed', 'unknown'],
  ])('%s', (_, change, code, outcome) => {
    const verdict = judge(change);
    expect([verdict.cause?.code, verdict.outcome]).toEqual([code, outcome]);
  });
});

describe('judgePublicPath', () => {
  const EXPECTED = { url: 'https://shop.example.org/health', status: 200 };
  const judge = (change: Partial<RequestObservation>): ReturnType<typeof judgePublicPath> =>
    judgePublicPath({ connect: UP, tls: TLS, answer: answer(200), ...change }, EXPECTED);

  it('is content with the status that it should have', () => {
    expect(judge({})).toEqual({ outcome: 'ok', says: '200 in 35 ms', latencyMs: 35 });
    expect(judge({ tls: undefined })).toEqual({ outcome: 'ok', says: '200 in 15 ms', latencyMs: 15 });
  });

  it('shows nobody the query of its address', () => {
    const refused: RequestObservation = {
      connect: { ok: false, failure: { kind: 'refused', tookMs: 1, withinMs: 2, detail: 'refused' } },
      tls: undefined,
      answer: undefined,
    };
    expect(judgePublicPath(refused, { url: 'https://shop.example.org/health?key=not-shown', status: 200 }).cause?.commands).toEqual([
      "curl -v --max-time 5 'https://shop.example.org/health?…'",
    ]);
  });

  it('shows what the ingress says instead', () => {
    expect(judge({ answer: answer(503, 'no healthy upstream') })).toEqual({
      outcome: 'failing',
      says: 'the public request is answered with another status than expected',
      latencyMs: 35,
      cause: {
        code: 'public-status',
        says: 'the public request is answered with another status than expected',
        facts: ['503 instead of 200: no healthy upstream'],
        hint: 'A 503 comes from the ingress gateway: look at the gateway of the other cluster. A 404 means that no route matches.',
        commands: ['curl -v --max-time 5 https://shop.example.org/health'],
      },
    });
  });

  it.each<[string, Partial<RequestObservation>, PublicCode, 'failing' | 'unknown']>([
    ['refused', { connect: down('refused') }, 'public-refused', 'failing'],
    ['timeout', { connect: down('timeout') }, 'public-timeout', 'failing'],
    ['proxy refused', { connect: down('proxy-refused') }, 'public-proxy', 'unknown'],
    ['cancelled', { connect: down('cancelled') }, 'public-not-probed', 'unknown'],
    ['certificate', { ...untrusted('expired'), answer: undefined }, 'public-certificate', 'failing'],
    ['alert', { ...untrusted('alert'), answer: undefined }, 'public-no-tls', 'failing'],
    ['silence', { answer: noAnswer('silent') }, 'public-no-answer', 'failing'],
    ['not asked', { answer: undefined }, 'public-not-probed', 'unknown'],
  ])('%s', (_, change, code, outcome) => {
    const verdict = judge(change);
    expect([verdict.cause?.code, verdict.outcome]).toEqual([code, outcome]);
  });
});

describe('readinessOf', () => {
  it('tells ready, not ready and not known apart', () => {
    const state = (change: Partial<RequestObservation>): ReturnType<typeof readinessOf> =>
      readinessOf({ connect: UP, tls: undefined, answer: answer(200, 'LIVE'), ...change });
    expect(state({})).toEqual({ state: 'ready', says: '200 LIVE' });
    expect(state({ answer: answer(200) })).toEqual({ state: 'ready', says: '200' });
    expect(state({ answer: answer(503, 'DRAINING') })).toEqual({ state: 'notReady', says: '503 DRAINING' });
    expect(state({ connect: down('refused'), answer: undefined })).toEqual({ state: 'notReady', says: 'refused' });
    expect(state({ connect: down('timeout'), answer: undefined })).toEqual({ state: 'unknown', says: 'why' });
    expect(state({ answer: noAnswer('silent') })).toEqual({ state: 'unknown', says: 'why' });
    expect(state({ answer: undefined })).toEqual({ state: 'unknown', says: 'was not asked' });
  });
});
