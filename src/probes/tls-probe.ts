/** One TLS probe of an east-west gateway without a certificate of its own: what happened, in order. */
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../core/clock.ts';
import type { TlsEvent, TlsObservation } from '../mesh/probing/gateway-observation.ts';
import { type Certificate, readCertificate } from '../pki/certificate.ts';
import type { Dialer } from './dial.ts';

export interface TlsProbeRequest {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  /** Offers X25519 alone, so that the first message fits into one segment. By default Node's list, whose first message needs two. */
  readonly onlyX25519?: boolean;
  /** Ends as soon as the handshake is over, for a probe that must not succeed: the alert after it tells nothing more. */
  readonly untilSecure?: boolean;
  /** Called with each event as it happens. */
  readonly told?: (event: TlsEvent) => void;
}

export interface TlsProbeContext {
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** The least that it waits for the peer, in the handshake and again after it. 3 s by default. */
  readonly patienceMs?: number;
}

/** A chain is read no further than this: who sends more wants to keep us busy. */
const MOST_CERTIFICATES = 20;

type UntimedEvent = TlsEvent extends infer One ? (One extends TlsEvent ? Omit<One, 'at'> : never) : never;

const PATIENCE_MS = 3_000;

/** The alert comes one round trip after the handshake, and a lost segment is sent again after one more: three round trips. */
const ROUND_TRIPS = 3;

/**
 * Probes once. It never throws and never leaves a socket open. A connection that fails is told when it fails; an open one is waited for 3 s, or three
 * times as long as connecting took, in the handshake and once more after it.
 */
export async function probeTls(request: TlsProbeRequest, context: TlsProbeContext, signal: AbortSignal): Promise<TlsObservation> {
  const { clock, dialer } = context;
  const began = clock.now();
  const common = { servername: request.servername, clientCertificate: false };
  const dialed = await dialer.dial(request.host, request.port, signal);
  if (!dialed.ok) {
    return { ...common, connect: dialed, events: [], protocol: undefined, certificates: [], received: undefined };
  }
  const { socket: tcp, tookMs } = dialed;
  const before = tcp.bytesRead;
  const patienceMs = Math.max(context.patienceMs ?? PATIENCE_MS, ROUND_TRIPS * tookMs);
  const connected = { at: tookMs, event: 'connect' } as const;
  request.told?.(connected);
  const tls = connect({
    socket: tcp,
    servername: request.servername,
    ALPNProtocols: ['istio'],
    minVersion: 'TLSv1.3',
    // The chain is captured and judged apart; a local opinion would end the handshake before the peer's answer is seen.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(request.onlyX25519 === true ? { ecdhCurve: 'X25519' } : {}),
  });
  try {
    const watched = await watch({ tls, clock, began, patienceMs, request }, signal);
    const received = tcp.bytesRead - before;
    return { ...common, ...watched, connect: { ok: true, tookMs }, events: [connected, ...watched.events], received };
  } finally {
    release(tls, tcp);
  }
}

interface Watch {
  readonly tls: TLSSocket;
  readonly clock: Clock;
  readonly began: number;
  readonly patienceMs: number;
  readonly request: TlsProbeRequest;
}

type Watched = Pick<TlsObservation, 'events' | 'protocol' | 'certificates'>;

function watch({ tls, clock, began, patienceMs, request }: Watch, signal: AbortSignal): Promise<Watched> {
  const events: TlsEvent[] = [];
  let certificates: readonly Certificate[] = [];
  let protocol: string | undefined;
  let timer: Timer | undefined;
  return new Promise((resolve) => {
    const note = (event: UntimedEvent): void => {
      const timed: TlsEvent = { ...event, at: clock.now() - began };
      events.push(timed);
      request.told?.(timed);
    };
    const settle = (): void => {
      timer?.stop();
      signal.removeEventListener('abort', onAbort);
      resolve({ events: [...events], protocol, certificates });
    };
    const onAbort = (): void => {
      note({ event: 'cancelled' });
      settle();
    };
    const arm = (): void => {
      timer?.stop();
      timer = clock.after(patienceMs, () => {
        note({ event: 'deadline' });
        settle();
      });
    };
    tls.once('secureConnect', () => {
      protocol = tls.getProtocol() ?? undefined;
      certificates = sentChain(tls);
      note({ event: 'secureConnect' });
      if (request.untilSecure === true) settle();
      else arm();
    });
    tls.on('error', (error: NodeJS.ErrnoException) => {
      // With TLS 1.2 the handshake fails after the chain was sent: it can be read here, and nowhere later.
      if (certificates.length === 0) certificates = sentChain(tls);
      note({ event: 'error', code: error.code, message: error.message });
    });
    tls.once('end', () => note({ event: 'end' }));
    tls.once('close', (hadError: boolean) => {
      note({ event: 'close', hadError });
      settle();
    });
    signal.addEventListener('abort', onAbort, { once: true });
    // Whatever the peer says is thrown away; unread, it would hold back the end of the connection.
    tls.resume();
    if (signal.aborted) onAbort();
    else arm();
  });
}

/** The certificates as the peer sent them. The call works once for a connection. */
function sentChain(socket: TLSSocket): readonly Certificate[] {
  const chain: Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < MOST_CERTIFICATES) {
    const read = readCertificate(next.raw);
    if (read.ok) chain.push(read.value);
    next = next.issuerCertificate;
  }
  return chain;
}

function release(tls: TLSSocket, tcp: Socket): void {
  // What is said after the verdict is nobody's business, and must not end the process.
  tls.removeAllListeners();
  tls.on('error', () => undefined);
  tls.destroy();
  tcp.destroy();
}
