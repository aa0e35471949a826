/** A request as somebody from outside makes it: in at the edge, through the mesh, and back. */
import type { RequestObservation } from '../mesh/probing/request-observation.ts';
import { Conversation } from './answer.ts';
import type { Dialer } from './dial.ts';
import { type Patience, secure } from './tls-layer.ts';
import { addressOf } from './url-address.ts';

export interface PublicRequest {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Connects there instead of to the host of the URL, which stays the name in TLS and in the Host header. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Authorities of a certificate that is not publicly trusted; undefined: those that Node brings with it. */
  readonly caPem?: string;
}

export interface PublicContext extends Patience {
  readonly dialer: Dialer;
}

/** Asks once, with GET, and follows no redirect. Never throws for what it measures. */
export async function probePublicPath(wanted: PublicRequest, context: PublicContext, signal: AbortSignal): Promise<RequestObservation> {
  const url = new URL(wanted.url);
  const isTls = url.protocol === 'https:';
  const own = addressOf(url);
  const { host, port } = wanted.address ?? own;
  const dialed = await context.dialer.dial(host, port, signal);
  if (!dialed.ok) return { connect: dialed, tls: undefined, answer: undefined };
  const connect = { ok: true, tookMs: dialed.tookMs } as const;
  try {
    const secured = isTls ? await secure({ socket: dialed.socket, name: own.host, caPem: wanted.caPem }, context, signal) : undefined;
    if (secured !== undefined && !('tls' in secured)) return { connect, tls: secured.layer, answer: undefined };
    const conversation = new Conversation(secured?.tls ?? dialed.socket, context, signal);
    const { layer } = await conversation.ask({ path: `${url.pathname}${url.search}`, host: url.host });
    conversation.close();
    return { connect, tls: secured?.layer, answer: layer };
  } finally {
    dialed.socket.destroy();
  }
}
