/** What requests over the mesh's edges mean. Pure and total. */
import type { Cause } from '../health.ts';
import type { ConnectFailure, ConnectFailureKind } from './gateway-observation.ts';
import { KUBECONFIG_CAUSES, type KubeconfigCode, PUBLIC_CAUSES, type PublicCode, type RequestWords } from './request-causes.ts';
import type {
  AnswerFailureKind,
  AnswerLayer,
  KubeconfigObservation,
  RequestObservation,
  TlsFailureKind,
  TlsLayer,
} from './request-observation.ts';

export interface RequestVerdict {
  readonly outcome: 'ok' | 'failing' | 'unknown';
  /** Unless it is `ok`. */
  readonly cause?: Cause;
  /** One short line. */
  readonly says: string;
  /** Of the request, in milliseconds, connecting included; undefined where there was no answer. */
  readonly latencyMs: number | undefined;
}

interface Found<Code> {
  readonly code: Code;
  readonly facts: readonly string[];
}

const KUBECONFIG_CONNECT = {
  refused: 'kubeconfig-refused',
  timeout: 'kubeconfig-timeout',
  unreachable: 'kubeconfig-unreachable',
  'name-unknown': 'kubeconfig-name-unknown',
  'proxy-away': 'kubeconfig-proxy',
  'proxy-refused': 'kubeconfig-proxy',
  local: 'kubeconfig-not-probed',
  cancelled: 'kubeconfig-not-probed',
} as const satisfies Readonly<Record<ConnectFailureKind, KubeconfigCode>>;

const KUBECONFIG_TLS = {
  name: 'kubeconfig-tls-name',
  'unknown-ca': 'kubeconfig-ca',
  expired: 'kubeconfig-certificate-expired',
  'not-yet-valid': 'kubeconfig-certificate-not-yet-valid',
  'not-tls': 'kubeconfig-no-tls',
  alert: 'kubeconfig-no-tls',
  other: 'kubeconfig-no-tls',
  silent: 'kubeconfig-no-answer',
  cut: 'kubeconfig-no-answer',
  cancelled: 'kubeconfig-not-probed',
} as const satisfies Readonly<Record<TlsFailureKind, KubeconfigCode>>;

const KUBECONFIG_ANSWER = {
  silent: 'kubeconfig-no-answer',
  cut: 'kubeconfig-no-answer',
  'not-http': 'kubeconfig-no-tls',
  // The token alone is not ours.
  unsendable: 'kubeconfig-token',
  cancelled: 'kubeconfig-not-probed',
} as const satisfies Readonly<Record<AnswerFailureKind, KubeconfigCode>>;

const PUBLIC_CONNECT = {
  refused: 'public-refused',
  timeout: 'public-timeout',
  unreachable: 'public-unreachable',
  'name-unknown': 'public-name-unknown',
  'proxy-away': 'public-proxy',
  'proxy-refused': 'public-proxy',
  local: 'public-not-probed',
  cancelled: 'public-not-probed',
} as const satisfies Readonly<Record<ConnectFailureKind, PublicCode>>;

const PUBLIC_TLS = {
  name: 'public-certificate',
  'unknown-ca': 'public-certificate',
  expired: 'public-certificate',
  'not-yet-valid': 'public-certificate',
  'not-tls': 'public-no-tls',
  alert: 'public-no-tls',
  other: 'public-no-tls',
  silent: 'public-no-answer',
  cut: 'public-no-answer',
  cancelled: 'public-not-probed',
} as const satisfies Readonly<Record<TlsFailureKind, PublicCode>>;

/** What became of the kubeconfig of a remote secret. `server` is its address, for the commands. */
export function judgeKubeconfig(observation: KubeconfigObservation, server: string): RequestVerdict {
  const found = kubeconfigFault(observation);
  const { connect, tls, services } = observation;
  const latencyMs = connect.ok && tls?.ok === true && services?.ok === true ? connect.tookMs + tls.tookMs + services.tookMs : undefined;
  if (found === undefined) {
    return { outcome: 'ok', says: `${observation.gitVersion ?? 'answers'}, ${Math.round(latencyMs ?? 0)} ms`, latencyMs };
  }
  return failed(found, KUBECONFIG_CAUSES[found.code], [`curl -vk --max-time 5 ${server}/version`], latencyMs);
}

/** What became of a request from outside that expects `status`. */
export function judgePublicPath(
  observation: RequestObservation,
  expected: { readonly url: string; readonly status: number },
): RequestVerdict {
  const { connect, tls, answer } = observation;
  const latencyMs = connect.ok && answer?.ok === true ? connect.tookMs + (tls?.tookMs ?? 0) + answer.tookMs : undefined;
  const found = publicFault(observation, expected.status);
  if (found === undefined) return { outcome: 'ok', says: `${expected.status} in ${Math.round(latencyMs ?? 0)} ms`, latencyMs };
  return failed(found, PUBLIC_CAUSES[found.code], [`curl -v --max-time 5 ${shownUrl(expected.url)}`], latencyMs);
}

/** Without its query: a request for health may carry a key, and commands are shown in chat. */
function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return search === '' ? `${origin}${pathname}` : `'${origin}${pathname}?…'`;
}

/** What the readiness port of a gateway says; `unknown` where it could not be asked. It is no verdict about the data port. */
export function readinessOf({ connect, answer }: RequestObservation): {
  readonly state: 'ready' | 'notReady' | 'unknown';
  readonly says: string;
} {
  if (!connect.ok) {
    const refused = connect.failure.kind === 'refused';
    return { state: refused ? 'notReady' : 'unknown', says: refused ? 'refused' : connect.failure.detail };
  }
  if (answer?.ok !== true) return { state: 'unknown', says: answer?.detail ?? 'was not asked' };
  const says = answer.line === '' ? String(answer.status) : `${answer.status} ${answer.line}`;
  return { state: answer.status === 200 ? 'ready' : 'notReady', says };
}

function kubeconfigFault({ connect, tls, version, services }: KubeconfigObservation): Found<KubeconfigCode> | undefined {
  if (!connect.ok) return { code: KUBECONFIG_CONNECT[connect.failure.kind], facts: [connectFact(connect.failure)] };
  if (tls === undefined) return { code: 'kubeconfig-not-probed', facts: [] };
  if (!tls.ok) return { code: KUBECONFIG_TLS[tls.kind], facts: [tlsFact(tls)] };
  return answerFault(version, 'GET /version') ?? answerFault(services, 'GET /api/v1/services');
}

function answerFault(answer: AnswerLayer | undefined, what: string): Found<KubeconfigCode> | undefined {
  if (answer === undefined) return { code: 'kubeconfig-not-probed', facts: [`${what} was not asked`] };
  if (!answer.ok) {
    return { code: KUBECONFIG_ANSWER[answer.kind], facts: [`${what}: ${answer.detail}`] };
  }
  if (answer.status === 200) return undefined;
  const facts = [`${what} said ${answer.status}${answer.line === '' ? '' : `: ${answer.line}`}`];
  if (answer.status === 401) return { code: 'kubeconfig-token', facts };
  if (answer.status === 403) return { code: 'kubeconfig-rights', facts };
  return { code: answer.status === 404 || answer.status < 400 ? 'kubeconfig-no-tls' : 'kubeconfig-server-error', facts };
}

function publicFault({ connect, tls, answer }: RequestObservation, status: number): Found<PublicCode> | undefined {
  if (!connect.ok) return { code: PUBLIC_CONNECT[connect.failure.kind], facts: [connectFact(connect.failure)] };
  if (tls?.ok === false) return { code: PUBLIC_TLS[tls.kind], facts: [tlsFact(tls)] };
  if (answer === undefined) return { code: 'public-not-probed', facts: [] };
  if (!answer.ok) return { code: answer.kind === 'cancelled' ? 'public-not-probed' : 'public-no-answer', facts: [answer.detail] };
  if (answer.status === status) return undefined;
  return { code: 'public-status', facts: [`${answer.status} instead of ${status}${answer.line === '' ? '' : `: ${answer.line}`}`] };
}

function failed(found: Found<string>, words: RequestWords, commands: readonly string[], latencyMs: number | undefined): RequestVerdict {
  const cause = { code: found.code, says: words.says, facts: found.facts, hint: words.hint, commands };
  return { outcome: words.outcome, cause, says: words.says, latencyMs };
}

function connectFact({ tookMs, detail }: ConnectFailure): string {
  return `no connection after ${Math.round(tookMs)} ms: ${detail}`;
}

function tlsFact({ detail, tookMs }: Extract<TlsLayer, { readonly ok: false }>): string {
  return `TLS failed after ${Math.round(tookMs)} ms: ${detail.slice(0, 200)}`;
}
