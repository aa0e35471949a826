/** Tries a SOCKS5 proxy as far as its greeting: nothing is connected to through it. */
import type { Socket } from 'node:net';
import type { ProxyAnswer, ProxySetup } from '../mesh/setup.ts';
import type { Dialer } from './dial.ts';
import type { Patience } from './tls-layer.ts';

/** RFC 1928, 3: version 5, one method, which is no authentication. */
const GREETING = Buffer.from([5, 1, 0]);
const VERSION = 5;
const NO_AUTHENTICATION = 0;
const ANSWER_BYTES = 2;

export interface GreetingContext extends Patience {
  /** Directly to the proxy. */
  readonly dialer: Dialer;
}

/** Never throws for what it measures. */
export async function greetProxy(
  { host, port }: { readonly host: string; readonly port: number },
  context: GreetingContext,
  signal: AbortSignal,
): Promise<ProxySetup> {
  const dialed = await context.dialer.dial(host, port, signal);
  if (!dialed.ok) return { connect: dialed, answer: undefined };
  try {
    return { connect: { ok: true, tookMs: dialed.tookMs }, answer: await greet(dialed.socket, context, signal) };
  } finally {
    dialed.socket.destroy();
  }
}

function greet(socket: Socket, { clock, withinMs }: Patience, signal: AbortSignal): Promise<ProxyAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: ProxyAnswer): void => {
      timer.stop();
      signal.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    const onAbort = (): void => settle('silent');
    const timer = clock.after(withinMs, onAbort);
    let read = Buffer.alloc(0);
    socket.on('data', (part: Buffer) => {
      read = Buffer.concat([read, part]);
      if (read.length >= ANSWER_BYTES) settle(answerIn(read));
    });
    socket.once('close', () => settle('noSocks'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else socket.write(GREETING);
  });
}

function answerIn([version, method]: Buffer): ProxyAnswer {
  if (version !== VERSION) return 'noSocks';
  return method === NO_AUTHENTICATION ? 'taken' : 'asksPassword';
}
