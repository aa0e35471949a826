/** What a probe of an east-west gateway saw. Pure data: what it means is said by `classifyTls` and `judgePath`. */
import type { Certificate } from '../../pki/certificate.ts';

/**
 * Why there is no connection, as a closed list.
 *
 * - `refused` the host answered that nothing listens there
 * - `timeout` nobody answered in time
 * - `unreachable` a router, or our own machine, says that there is no way
 * - `name-unknown` the name could not be looked up
 * - `proxy-away` the SOCKS5 proxy itself does not answer
 * - `proxy-refused` the proxy says that it failed, and not why. A tailscaled answers so for every failed connection: quickly where the other host
 *   refused, and not at all within our deadline where it is silent (then this is `timeout`)
 * - `local` our own machine did not even try (no free port, no file descriptor, not allowed)
 * - `cancelled` the caller no longer wanted it
 */
export type ConnectFailureKind =
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'name-unknown'
  | 'proxy-away'
  | 'proxy-refused'
  | 'local'
  | 'cancelled';

export interface ConnectFailure {
  readonly kind: ConnectFailureKind;
  /** How long it took to know, in milliseconds. */
  readonly tookMs: number;
  /** How long it was given. */
  readonly withinMs: number;
  /** One line, in the words of whoever refused. */
  readonly detail: string;
}

/** How the attempt to open a TCP connection ended. `tookMs` is one round trip, or two through a proxy, in milliseconds. */
export type ConnectOutcome = { readonly ok: true; readonly tookMs: number } | { readonly ok: false; readonly failure: ConnectFailure };

/**
 * Whether the host at the other end is known to have answered: it took the connection or refused it. A general failure that a proxy tells within half
 * of the time is a refusal; a later one may be anything.
 */
export function hostAnswered(outcome: ConnectOutcome): boolean {
  if (outcome.ok) return true;
  const { kind, tookMs, withinMs } = outcome.failure;
  return kind === 'refused' || (kind === 'proxy-refused' && tookMs < withinMs / 2);
}

/** What happened on a connection, in order. `at` is in milliseconds since the probe began. */
export type TlsEvent =
  | { readonly at: number; readonly event: 'connect' | 'secureConnect' | 'end' }
  | {
      readonly at: number;
      readonly event: 'error';
      /** What Node calls it. The names of alerts differ between versions of Node: match {@link alertOf} instead. */
      readonly code: string | undefined;
      readonly message: string;
    }
  | { readonly at: number; readonly event: 'close'; readonly hadError: boolean }
  /** Ours, not the peer's: the probe had waited long enough, and the connection was still open. */
  | { readonly at: number; readonly event: 'deadline' }
  /** Ours: the caller no longer wanted it. */
  | { readonly at: number; readonly event: 'cancelled' };

/** One probe of one address with one name. */
export interface TlsObservation {
  /** The name that was asked for; undefined: none. */
  readonly servername: string | undefined;
  /** The probe showed a certificate of its own. Ours never do; recordings do. */
  readonly clientCertificate: boolean;
  readonly connect: ConnectOutcome;
  readonly events: readonly TlsEvent[];
  /** `TLSv1.3`; undefined where no handshake came to its end. */
  readonly protocol: string | undefined;
  /** The certificates as the peer sent them, its own first; empty where none were seen. */
  readonly certificates: readonly Certificate[];
  /** Bytes that the peer sent after the connection was open; undefined: not counted. */
  readonly received: number | undefined;
}

/** The number of a TLS alert in the text of an error of OpenSSL; undefined where it tells of none. */
export function alertOf(message: string): number | undefined {
  const number = /SSL alert number (?<number>\d{1,3})\b/.exec(message)?.groups?.['number'];
  return number === undefined ? undefined : Number(number);
}

/** True for a certificate of a mesh: exactly one URI among its names, and that is a SPIFFE identity. */
export function isMeshCertificate({ uriNames }: Pick<Certificate, 'uriNames'>): boolean {
  return uriNames.length === 1 && /^spiffe:\/\/[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(uriNames[0] ?? '');
}
