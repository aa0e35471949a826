/** The readiness port of an east-west gateway. It says nothing of the data port: a draining gateway may be unready and serve, or ready and refuse. */
import type { RequestObservation } from '../mesh/probing/request-observation.ts';
import { Conversation } from './answer.ts';
import type { Dialer } from './dial.ts';
import type { Patience } from './tls-layer.ts';

/** `status-port` of Istio's gateways. */
export const READINESS_PORT = 15_021;

export interface ReadinessRequest {
  readonly host: string;
  /** {@link READINESS_PORT} by default. */
  readonly port?: number;
}

export interface ReadinessContext extends Patience {
  readonly dialer: Dialer;
}

/** `GET /healthz/ready`: 200 where the gateway is ready. Never throws. */
export async function probeReadiness(
  { host, port = READINESS_PORT }: ReadinessRequest,
  context: ReadinessContext,
  signal: AbortSignal,
): Promise<RequestObservation> {
  const dialed = await context.dialer.dial(host, port, signal);
  if (!dialed.ok) return { connect: dialed, tls: undefined, answer: undefined };
  const conversation = new Conversation(dialed.socket, context, signal);
  try {
    const { layer } = await conversation.ask({ path: '/healthz/ready', host: `${host}:${port}` });
    return { connect: { ok: true, tookMs: dialed.tookMs }, tls: undefined, answer: layer };
  } finally {
    conversation.close();
    dialed.socket.destroy();
  }
}
