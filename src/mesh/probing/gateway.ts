/** What one TLS probe of an east-west gateway means. Total: every list of events has a verdict. */
import { SECOND } from '../../core/duration.ts';
import {
  alertOf,
  type ConnectFailure,
  type ConnectFailureKind,
  isMeshCertificate,
  type TlsEvent,
  type TlsObservation,
} from './gateway-observation.ts';
import { type TlsCode, type TlsVerdict, tlsVerdict } from './gateway-verdicts.ts';

export interface ClassifyOptions {
  /** A handshake that takes longer, in milliseconds, counts as slow. 1 s by default. */
  readonly slowAfterMs?: number;
  /** A SOCKS5 proxy stands between: it cannot hand on a reset, of which an orderly end is left on our side. */
  readonly throughProxy?: boolean;
}

type ErrorEvent = Extract<TlsEvent, { readonly event: 'error' }>;

const BY_CONNECT_FAILURE = {
  refused: 'connect-refused',
  timeout: 'connect-timeout',
  unreachable: 'unreachable',
  'name-unknown': 'name-unknown',
  'proxy-away': 'proxy-away',
  'proxy-refused': 'proxy-refused',
  local: 'local-fault',
  cancelled: 'cancelled',
} as const satisfies Readonly<Record<ConnectFailureKind, TlsCode>>;

/** RFC 8446, 6.2: alerts by which a server refuses the certificate of a client. */
const CERTIFICATE_REFUSED: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49]);

const CERTIFICATE_REQUIRED = 116;
const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;
const NO_APPLICATION_PROTOCOL = 120;

/** What OpenSSL says of bytes that are no TLS record. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

/** Node's own words for a FIN before the end of a handshake; a RST says `read ECONNRESET`. */
const FIN_TEXT = 'Client network socket disconnected';

/** Codes by which Node refuses a certificate by itself (`X509_V_ERR_…` without its prefix, and its check of names). */
const LOCAL_REFUSAL = /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|INVALID_CA|PATH_LENGTH_|HOSTNAME_)/;

/** When Envoy and the kernel below it give up, in milliseconds after our first message, as measured: ARP, connect timeout, listener filters. */
const RESETS: readonly { readonly code: TlsCode; readonly from: number; readonly to: number }[] = [
  { code: 'reset', from: -Infinity, to: 2.5 * SECOND },
  { code: 'reset-after-3s', from: 2.5 * SECOND, to: 4.5 * SECOND },
  { code: 'reset-after-10s', from: 9.5 * SECOND, to: 11.5 * SECOND },
  { code: 'listener-timeout', from: 14 * SECOND, to: 17 * SECOND },
];

/** Says what a probe means. */
export function classifyTls(observation: TlsObservation, { slowAfterMs = SECOND, throughProxy = false }: ClassifyOptions = {}): TlsVerdict {
  const { connect, events } = observation;
  if (!connect.ok) return tlsVerdict(BY_CONNECT_FAILURE[connect.failure.kind], [connectFact(connect.failure)]);
  const error = events.find((one): one is ErrorEvent => one.event === 'error');
  const alert = error === undefined ? undefined : alertOf(error.message);
  if (error !== undefined && alert !== undefined) {
    const took = handshakeMs(observation) ?? since(observation, error.at);
    return tlsVerdict(codeOfAlert(observation, alert, took > slowAfterMs), alertFacts(observation, alert, took));
  }
  if (handshakeMs(observation) !== undefined) return tlsVerdict(codeAfterHandshake(observation), factsAfterHandshake(observation));
  const [code, facts] =
    error === undefined
      ? [codeWithoutError(observation), factsWithoutError(observation)]
      : [codeOfError(observation, error), [errorFact(observation, error)]];
  if (!throughProxy || code !== 'closed') return tlsVerdict(code, facts);
  const end = events.find(({ event }) => event !== 'connect');
  return tlsVerdict(codeOfReset(observation, end?.at ?? 0), [...facts, 'through a proxy a reset looks like an orderly end']);
}

/** How long the handshake took after the connection was open, in milliseconds; undefined where it never came to its end. */
export function handshakeMs(observation: TlsObservation): number | undefined {
  const secure = observation.events.find(({ event }) => event === 'secureConnect');
  return secure === undefined ? undefined : since(observation, secure.at);
}

/** Whether the other side took the connection and then said nothing to the handshake until the probe gave up. */
export function wasSilent({ connect, events }: TlsObservation): boolean {
  return (
    connect.ok &&
    events.every(({ event }) => event === 'connect' || event === 'deadline') &&
    events.some(({ event }) => event === 'deadline')
  );
}

function since({ connect, events }: TlsObservation, at: number): number {
  const connected = events.find(({ event }) => event === 'connect')?.at ?? (connect.ok ? connect.tookMs : 0);
  return at - connected;
}

function codeOfAlert(observation: TlsObservation, alert: number, slow: boolean): TlsCode {
  const kind = chainKind(observation);
  if (alert === CERTIFICATE_REQUIRED) return codeByChain(observation, slow ? 'healthy-slow' : 'healthy');
  // TLS 1.2 has no alert of its own for a missing certificate: 40 with a chain is it, 40 without means nothing in common.
  if (alert === HANDSHAKE_FAILURE)
    return kind === 'none' ? 'alert-handshake-failure' : codeByChain(observation, slow ? 'healthy-slow' : 'healthy');
  if (alert === PROTOCOL_VERSION) return 'alert-protocol-version';
  if (alert === NO_APPLICATION_PROTOCOL) return 'alert-no-application-protocol';
  if (observation.clientCertificate && CERTIFICATE_REFUSED.has(alert)) return codeByChain(observation, 'client-certificate-refused');
  return 'alert-other';
}

function codeByChain(observation: TlsObservation, mesh: TlsCode): TlsCode {
  const kind = chainKind(observation);
  if (kind === 'mesh') return mesh;
  return kind === 'none' ? 'chain-not-seen' : 'not-a-mesh-chain';
}

function codeAfterHandshake(observation: TlsObservation): TlsCode {
  const { events, clientCertificate } = observation;
  const seen = new Set(events.map(({ event }) => event));
  const cut = seen.has('error') || seen.has('end') || (seen.has('close') && !seen.has('deadline'));
  const kind = chainKind(observation);
  if (kind === 'none') return 'chain-not-seen';
  if (kind === 'foreign') return cut || !seen.has('deadline') ? 'not-a-mesh-chain' : 'completes-and-stays-open';
  if (cut) return 'secure-then-closed';
  if (seen.has('deadline')) return clientCertificate ? 'authenticated' : 'secure-then-silent';
  return seen.has('cancelled') ? 'cancelled' : 'handshake-completed';
}

function codeOfError(observation: TlsObservation, { at, code = '', message }: ErrorEvent): TlsCode {
  if (NOT_TLS.has(code)) return 'plaintext';
  if (LOCAL_REFUSAL.test(code)) return 'refused-by-the-probe';
  if (message.startsWith(FIN_TEXT)) return codeOfFin(observation, at);
  if (code === 'ECONNRESET' || code === 'EPIPE') return codeOfReset(observation, at);
  return code === 'ETIMEDOUT' ? codeOfSilence(observation) : 'unexpected-error';
}

function codeWithoutError(observation: TlsObservation): TlsCode {
  const first = observation.events.find(({ event }) => event !== 'connect');
  if (first === undefined) return 'nothing-seen';
  if (first.event === 'deadline') return codeOfSilence(observation);
  return first.event === 'cancelled' ? 'cancelled' : codeOfFin(observation, first.at);
}

function codeOfReset(observation: TlsObservation, at: number): TlsCode {
  // A reset travels back over the link too: one round trip is not the gateway's.
  const after = since(observation, at) - roundTripMs(observation);
  return RESETS.find(({ from, to }) => after >= from && after < to)?.code ?? 'reset-slow';
}

function codeOfFin(observation: TlsObservation, at: number): TlsCode {
  return codeOfReset(observation, at) === 'listener-timeout' ? 'listener-timeout' : 'closed';
}

function codeOfSilence({ received }: TlsObservation): TlsCode {
  return (received ?? 0) > 0 ? 'silent-inside-handshake' : 'silent-after-connect';
}

function chainKind({ certificates: [leaf] }: TlsObservation): 'none' | 'mesh' | 'foreign' {
  if (leaf === undefined) return 'none';
  return isMeshCertificate(leaf) ? 'mesh' : 'foreign';
}

function roundTripMs({ connect }: TlsObservation): number {
  return connect.ok ? connect.tookMs : 0;
}

function connectFact({ kind, tookMs, withinMs, detail }: ConnectFailure): string {
  return kind === 'timeout' ? `no connection within ${Math.round(withinMs)} ms` : `no connection after ${Math.round(tookMs)} ms: ${detail}`;
}

function alertFacts(observation: TlsObservation, alert: number, took: number): readonly string[] {
  return [`alert ${alert} after a handshake of ${Math.round(took)} ms`, ...chainFacts(observation)];
}

function factsAfterHandshake(observation: TlsObservation): readonly string[] {
  const error = observation.events.find((one): one is ErrorEvent => one.event === 'error');
  const last = error === undefined ? [] : [errorFact(observation, error)];
  return [`the handshake took ${Math.round(handshakeMs(observation) ?? 0)} ms and no alert followed`, ...last, ...chainFacts(observation)];
}

function chainFacts({ certificates: [leaf] }: TlsObservation): readonly string[] {
  if (leaf === undefined) return [];
  return [
    leaf.uriNames.length > 0
      ? `certificate of ${leaf.uriNames.join(', ')}`
      : `certificate of ${leaf.subject || '(no name)'}, no SPIFFE identity`,
  ];
}

function errorFact(observation: TlsObservation, { at, code, message }: ErrorEvent): string {
  const text = message.startsWith('read ') || code === undefined ? message : code;
  return `${text.slice(0, 100)} ${Math.round(since(observation, at))} ms after connecting`;
}

function factsWithoutError(observation: TlsObservation): readonly string[] {
  const last = observation.events.findLast(({ event }) => event !== 'connect');
  if (last === undefined) return [];
  const bytes = observation.received === undefined ? '' : `, ${observation.received} bytes received`;
  const word = last.event === 'deadline' ? 'no end of the handshake' : 'the connection ended';
  return [`${word} ${Math.round(since(observation, last.at))} ms after connecting${bytes}`];
}
