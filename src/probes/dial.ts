/** Opens TCP connections to one address, directly or through a SOCKS5 proxy, and says why where it cannot. */
import { connect, type Socket } from 'node:net';
import { SocksClient } from 'socks';
import type { Clock } from '../core/clock.ts';
import type { ConnectFailure, ConnectFailureKind } from '../mesh/probing/gateway-observation.ts';

export interface DialerOptions {
  /** SOCKS5 proxy, such as that of a tailscaled in userspace networking; undefined: directly. */
  readonly proxy: { readonly host: string; readonly port: number } | undefined;
  /** How long a connection may take, in milliseconds, the proxy's part included. */
  readonly connectWithinMs: number;
  readonly clock: Clock;
}

/** An open connection, which is the caller's to destroy, or why there is none. */
export type Dialed =
  | { readonly ok: true; readonly socket: Socket; readonly tookMs: number }
  | { readonly ok: false; readonly failure: ConnectFailure };

export interface Dialer {
  readonly connectWithinMs: number;
  /** Never throws: a failure is what was measured. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Dialed>;
}

const KINDS: Readonly<Record<string, ConnectFailureKind>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ENOTFOUND: 'name-unknown',
  EAI_AGAIN: 'name-unknown',
};

/** Replies of RFC 1928, 6, by the names that the library gives them; all others are `proxy-refused`. */
const REPLIES: readonly (readonly [RegExp, ConnectFailureKind])[] = [
  [/ConnectionRefused/, 'refused'],
  [/HostUnreachable|NetworkUnreachable/, 'unreachable'],
  [/TTLExpired/, 'timeout'],
];

const CANCELLED = 'the probe was cancelled';

/** One attempt that has not ended yet. */
interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly options: DialerOptions;
  /** Told of the socket as soon as there is one, so that a deadline can destroy it. */
  readonly opened: (socket: Socket) => void;
}

type Reached =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly kind: ConnectFailureKind; readonly detail: string };

/** A dialer of one address at a time: one address, one verdict. */
export function createDialer(options: DialerOptions): Dialer {
  return { connectWithinMs: options.connectWithinMs, dial: (host, port, signal) => dial(host, port, options, signal) };
}

async function dial(host: string, port: number, options: DialerOptions, signal: AbortSignal): Promise<Dialed> {
  const { clock, connectWithinMs: withinMs } = options;
  const began = clock.now();
  const fail = (kind: ConnectFailureKind, detail: string): Dialed => ({
    ok: false,
    failure: { kind, tookMs: clock.now() - began, withinMs, detail },
  });
  if (signal.aborted) return fail('cancelled', CANCELLED);
  let socket: Socket | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<Dialed>();
  const giveUp = (kind: ConnectFailureKind, detail: string): void => {
    end(fail(kind, detail));
    socket?.destroy();
  };
  const cancel = (): void => giveUp('cancelled', CANCELLED);
  const timer = clock.after(withinMs, () => giveUp('timeout', `no answer within ${withinMs} ms`));
  signal.addEventListener('abort', cancel, { once: true });
  const opened = (one: Socket): void => {
    socket = one;
  };
  try {
    const attempt = reach({ host, port, options, opened });
    return await Promise.race([ended, attempt.then((reached) => toDialed(reached, clock.now() - began, withinMs))]);
  } finally {
    timer.stop();
    signal.removeEventListener('abort', cancel);
  }
}

function toDialed(reached: Reached, tookMs: number, withinMs: number): Dialed {
  if (reached.ok) return { ok: true, socket: reached.socket, tookMs };
  return { ok: false, failure: { kind: reached.kind, tookMs, withinMs, detail: reached.detail } };
}

async function reach(attempt: Attempt): Promise<Reached> {
  const { proxy } = attempt.options;
  if (proxy === undefined) return openTcp(attempt.host, attempt.port, attempt);
  const toProxy = await openTcp(proxy.host, proxy.port, attempt);
  if (!toProxy.ok) return { ...toProxy, kind: 'proxy-away', detail: `proxy ${proxy.host}:${proxy.port}: ${toProxy.detail}` };
  return throughProxy(toProxy.socket, proxy, attempt);
}

function openTcp(host: string, port: number, { opened }: Attempt): Promise<Reached> {
  return new Promise((resolve) => {
    // Several addresses of one name are not tried in turn: the verdict is about one.
    const socket = connect({ host, port, autoSelectFamily: false, noDelay: true });
    opened(socket);
    socket.once('connect', () => resolve({ ok: true, socket }));
    // Stays for the life of the socket: between two owners nobody else listens, and an error without a listener ends the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ ok: false, kind: KINDS[error.code ?? ''] ?? 'local', detail: error.message });
    });
    socket.once('close', () => resolve({ ok: false, kind: 'local', detail: 'the socket was closed before it was connected' }));
  });
}

async function throughProxy(socket: Socket, proxy: { readonly host: string; readonly port: number }, attempt: Attempt): Promise<Reached> {
  const { host, port, options } = attempt;
  try {
    await SocksClient.createConnection({
      command: 'connect',
      proxy: { host: proxy.host, port: proxy.port, type: 5 },
      destination: { host, port },
      existing_socket: socket,
      // Ours is the deadline; the library's own, which cannot be turned off, must only be later.
      timeout: options.connectWithinMs * 2,
    });
    return { ok: true, socket };
  } catch (error) {
    socket.destroy();
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, kind: REPLIES.find(([text]) => text.test(detail))?.[1] ?? 'proxy-refused', detail };
  }
}
