/** TLS over an open connection, verified: for servers whose certificate we can judge, such as API servers and public addresses. */
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { alertOf } from '../mesh/probing/gateway-observation.ts';
import type { TlsFailureKind, TlsLayer } from '../mesh/probing/request-observation.ts';

export interface SecureRequest {
  readonly socket: Socket;
  /** The name or the address that the certificate must hold. */
  readonly name: string;
  /** Undefined: the authorities that Node brings with it. */
  readonly caPem: string | undefined;
}

/** What a probe waits with, and for how long. */
export interface Patience {
  readonly clock: Clock;
  /** In milliseconds, for each layer. */
  readonly withinMs: number;
}

export type Secured =
  | { readonly layer: Extract<TlsLayer, { readonly ok: true }>; readonly tls: TLSSocket }
  | { readonly layer: Extract<TlsLayer, { readonly ok: false }> };

const KINDS: readonly (readonly [RegExp, TlsFailureKind])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'name'],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/^CERT_NOT_YET_VALID$/, 'not-yet-valid'],
  [/^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)/, 'unknown-ca'],
  [/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/, 'not-tls'],
  [/^(?:ECONNRESET|EPIPE)$/, 'cut'],
  [/^ETIMEDOUT$/, 'silent'],
];

/** Never throws. The socket stays the caller's to destroy. */
export function secure({ socket, name, caPem }: SecureRequest, { clock, withinMs }: Patience, signal: AbortSignal): Promise<Secured> {
  const began = clock.now();
  return new Promise((resolve) => {
    const fail = (kind: TlsFailureKind, detail: string): void =>
      settle({ layer: { ok: false, kind, tookMs: clock.now() - began, detail: detail.split('\n', 1)[0] ?? '' } });
    const onAbort = (): void => fail('cancelled', 'the probe was cancelled');
    const timer = clock.after(withinMs, () => fail('silent', `no end of the handshake within ${withinMs} ms`));
    const settle = (secured: Secured): void => {
      timer.stop();
      signal.removeEventListener('abort', onAbort);
      resolve(secured);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const tls = connect({
      socket,
      host: name,
      // RFC 6066, 3: an address is no server name.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(caPem === undefined ? {} : { ca: caPem }),
      ALPNProtocols: ['http/1.1'],
    });
    tls.on('error', (error: NodeJS.ErrnoException) => fail(kindOf(error), error.message));
    tls.once('close', () => fail('cut', 'the connection was closed in the handshake'));
    tls.once('secureConnect', () => {
      const notAfter = Date.parse(tls.getPeerCertificate().valid_to);
      settle({ layer: { ok: true, tookMs: clock.now() - began, notAfter: Number.isNaN(notAfter) ? undefined : notAfter }, tls });
    });
    if (signal.aborted) onAbort();
  });
}

function kindOf({ code = '', message }: NodeJS.ErrnoException): TlsFailureKind {
  if (alertOf(message) !== undefined) return 'alert';
  return KINDS.find(([text]) => text.test(code))?.[1] ?? 'other';
}
