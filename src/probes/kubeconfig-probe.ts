/** Uses the kubeconfig of a remote secret as istiod would, layer by layer, to learn which of them fails. */
import { SECOND } from '../core/duration.ts';
import type { Secret } from '../core/secret.ts';
import type { ClockReading, KubeconfigObservation } from '../mesh/probing/request-observation.ts';
import { Conversation, type Answered } from './answer.ts';
import type { Dialer } from './dial.ts';
import { type Patience, secure } from './tls-layer.ts';
import { addressOf } from './url-address.ts';

/** What a kubeconfig says. */
export interface KubeconfigRequest {
  /** `https://100.64.0.2:6443`. */
  readonly server: string;
  /** Undefined: the authorities that the system trusts, as Kubernetes clients do. */
  readonly caPem: string | undefined;
  /** Undefined: the host of the server. */
  readonly tlsServerName: string | undefined;
  readonly token: Secret;
}

/** So much of a token tells that it is there, be it cut off. */
const TELLING = 16;

export interface KubeconfigContext extends Patience {
  readonly dialer: Dialer;
}

/** Asks twice over one connection. Never throws for what it measures; what it gives holds no token. */
export async function probeKubeconfig(
  kubeconfig: KubeconfigRequest,
  context: KubeconfigContext,
  signal: AbortSignal,
): Promise<KubeconfigObservation> {
  const url = new URL(kubeconfig.server);
  const { host, port } = addressOf(url);
  const dialed = await context.dialer.dial(host, port, signal);
  const nothing = { tls: undefined, version: undefined, gitVersion: undefined, services: undefined, clock: undefined };
  if (!dialed.ok) return { ...nothing, connect: dialed };
  const connect = { ok: true, tookMs: dialed.tookMs } as const;
  try {
    const { caPem, tlsServerName } = kubeconfig;
    const secured = await secure({ socket: dialed.socket, name: tlsServerName ?? host, caPem }, context, signal);
    if (!('tls' in secured)) return { ...nothing, connect, tls: secured.layer };
    const conversation = new Conversation(secured.tls, context, signal);
    try {
      return { connect, tls: secured.layer, ...(await converse(conversation, url, kubeconfig.token, context)) };
    } finally {
      conversation.close();
    }
  } finally {
    dialed.socket.destroy();
  }
}

async function converse(
  conversation: Conversation,
  url: URL,
  token: Secret,
  { clock }: Patience,
): Promise<Pick<KubeconfigObservation, 'version' | 'gitVersion' | 'services' | 'clock'>> {
  const base = url.pathname.replace(/\/$/, '');
  const headers = { authorization: `Bearer ${token.reveal()}`, accept: 'application/json' };
  const ask = async (path: string): Promise<Answered> =>
    withoutToken(await conversation.ask({ path: `${base}${path}`, host: url.host, headers }), token);
  const sentAt = clock.now();
  const version = await ask('/version');
  const reading = clockOf(version, sentAt, clock.now());
  const gitVersion = version.layer.ok && version.layer.status === 200 ? gitVersionOf(version.body) : undefined;
  // Without an answer to the first question there is no connection to ask the second one over.
  if (!version.layer.ok) return { version: version.layer, gitVersion, services: undefined, clock: reading };
  const services = await ask('/api/v1/services?limit=1');
  return { version: version.layer, gitVersion, services: services.layer, clock: reading };
}

/** Who is no API server may repeat what it was asked: then nothing of its words is kept. */
function withoutToken(answered: Answered, token: Secret): Answered {
  const { layer, body } = answered;
  const isRepeated = body.includes(token.reveal().slice(0, TELLING));
  return layer.ok && isRepeated ? { ...answered, layer: { ...layer, line: '' }, body: '' } : answered;
}

/** The header is cut to whole seconds: half a second later is the best guess. It was written somewhere between asking and answer. */
function clockOf({ date, layer }: Answered, sentAt: number, gotAt: number): ClockReading | undefined {
  const said = date === undefined ? Number.NaN : Date.parse(date);
  if (!layer.ok || Number.isNaN(said)) return undefined;
  const roundTrip = gotAt - sentAt;
  return { skewMs: said + SECOND / 2 - (sentAt + roundTrip / 2), uncertaintyMs: SECOND / 2 + roundTrip / 2 };
}

function gitVersionOf(body: string): string | undefined {
  return /"gitVersion":\s*"(?<version>v[0-9A-Za-z.+-]{1,60})"/.exec(body)?.groups?.['version'];
}
