/** What a probe that ends in an HTTP request saw, layer by layer. Pure data: no token, and no body but its first line. */
import type { ConnectOutcome } from './gateway-observation.ts';

/**
 * Why there is no TLS that can be trusted, as a closed list.
 *
 * - `name` the certificate does not name what was asked for
 * - `unknown-ca` it is signed by another authority than we were given
 * - `expired`, `not-yet-valid` by our clock
 * - `not-tls` what answers speaks something else
 * - `silent` no answer in time
 * - `cut` the connection ended in the handshake
 * - `alert` the other side broke it off
 * - `cancelled` the caller no longer wanted it
 * - `other` see the detail
 */
export type TlsFailureKind =
  | 'name'
  | 'unknown-ca'
  | 'expired'
  | 'not-yet-valid'
  | 'not-tls'
  | 'silent'
  | 'cut'
  | 'alert'
  | 'cancelled'
  | 'other';

export type TlsLayer =
  | {
      readonly ok: true;
      readonly tookMs: number;
      /** End of the server's certificate, in UTC milliseconds. */
      readonly notAfter: number | undefined;
    }
  | { readonly ok: false; readonly kind: TlsFailureKind; readonly tookMs: number; /** One line. */ readonly detail: string };

/** Why there is no answer: nobody spoke in time, the connection ended, what came is no HTTP, no such request can be sent, or the caller no longer wanted it. */
export type AnswerFailureKind = 'silent' | 'cut' | 'not-http' | 'unsendable' | 'cancelled';

export type AnswerLayer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly tookMs: number;
      /** Its first line, at most 200 characters, printable ones alone; for a Status of Kubernetes its message. */
      readonly line: string;
    }
  | { readonly ok: false; readonly kind: AnswerFailureKind; readonly tookMs: number; /** One line. */ readonly detail: string };

/** One request. A layer that was not reached is undefined. */
export interface RequestObservation {
  readonly connect: ConnectOutcome;
  /** Undefined for plain HTTP too. */
  readonly tls: TlsLayer | undefined;
  readonly answer: AnswerLayer | undefined;
}

/** The clock of a server, as its Date header shows it. */
export interface ClockReading {
  /** How far it is ahead of ours, in milliseconds; negative: behind. */
  readonly skewMs: number;
  /** It may be off by so much: the header counts whole seconds, and the way takes time. */
  readonly uncertaintyMs: number;
}

/** What became of a kubeconfig when it was used. A layer that was not reached is undefined. */
export interface KubeconfigObservation {
  readonly connect: ConnectOutcome;
  readonly tls: TlsLayer | undefined;
  /** `GET /version`. */
  readonly version: AnswerLayer | undefined;
  /** `v1.36.2` as the server says. */
  readonly gitVersion: string | undefined;
  /** `GET /api/v1/services?limit=1`, which istiod must be allowed. */
  readonly services: AnswerLayer | undefined;
  readonly clock: ClockReading | undefined;
}
