/** All probes of one east-west gateway: the main one, a control with a name that cannot exist, and a second try where the first gets no answer. */
import type { Timer } from '../core/clock.ts';
import { wasSilent } from '../mesh/probing/gateway.ts';
import type { TlsEvent, TlsObservation } from '../mesh/probing/gateway-observation.ts';
import { probeTls, type TlsProbeContext, type TlsProbeRequest } from './tls-probe.ts';

export interface GatewayProbeRequest {
  readonly host: string;
  readonly port: number;
  /** The canary's, as `passthroughName` makes it. */
  readonly servername: string;
  /** As `impossibleName` makes it: new for each probe, so that nobody can learn to answer it. */
  readonly controlName: string;
}

export interface GatewayObservations {
  readonly main: TlsObservation;
  readonly control: TlsObservation;
  /** Undefined: the main one was not silent. */
  readonly second: TlsObservation | undefined;
}

const PATIENCE_MS = 3_000;

/** A main probe that heard nothing for half of its patience is joined by the second try, so that both end at the same time. */
const SECOND_TRY_AFTER = 0.5;

/** Never throws, and leaves no socket open. Takes as long as one probe, not as two or three. */
export async function probeGateway(
  request: GatewayProbeRequest,
  context: TlsProbeContext,
  signal: AbortSignal,
): Promise<GatewayObservations> {
  const { host, port, servername, controlName } = request;
  const second = new SecondTry({ host, port, servername, onlyX25519: true }, context, signal);
  const [main, control] = await Promise.all([
    probeTls({ host, port, servername, told: (event) => second.hears(event) }, context, signal),
    probeTls({ host, port, servername: controlName, untilSecure: true }, context, signal),
  ]);
  return { main, control, second: await second.end(wasSilent(main)) };
}

class SecondTry {
  readonly #request: TlsProbeRequest;
  readonly #context: TlsProbeContext;
  readonly #signal: AbortSignal;
  readonly #unwanted = new AbortController();
  #timer: Timer | undefined;
  #running: Promise<TlsObservation> | undefined;

  constructor(request: TlsProbeRequest, context: TlsProbeContext, signal: AbortSignal) {
    this.#request = request;
    this.#context = context;
    this.#signal = signal;
  }

  /** Follows the main probe: it begins when that one is connected and hears nothing more. */
  hears({ event }: TlsEvent): void {
    this.#timer?.stop();
    if (event === 'deadline') return;
    if (event !== 'connect') {
      this.#unwanted.abort();
      return;
    }
    const patienceMs = (this.#context.patienceMs ?? PATIENCE_MS) * SECOND_TRY_AFTER;
    this.#timer = this.#context.clock.after(patienceMs, () => {
      const signal = AbortSignal.any([this.#signal, this.#unwanted.signal]);
      this.#running = probeTls(this.#request, { ...this.#context, patienceMs }, signal);
    });
  }

  /** What it saw, where it is wanted; it is over afterwards in any case. */
  async end(wanted: boolean): Promise<TlsObservation | undefined> {
    this.#timer?.stop();
    if (!wanted) this.#unwanted.abort();
    const seen = await this.#running;
    return wanted ? seen : undefined;
  }
}
