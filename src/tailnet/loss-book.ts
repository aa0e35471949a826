/** Remembers of each address how many of the last pings were lost. */
import type { PingResult, Pings } from '../mesh/probing/tailnet.ts';

/** About a minute of probes. */
const KEPT = 40;

export class LossBook {
  readonly #lost = new Map<string, readonly boolean[]>();

  /** Adds the pings of one measurement. Where none was answered the link is down, and what came before says nothing about loss any more. */
  note(address: string, results: readonly PingResult[]): Pings['recent'] {
    const counted = results.filter(({ kind }) => kind === 'pong' || kind === 'silent').map(({ kind }) => kind === 'silent');
    const known = counted.includes(false) ? [...(this.#lost.get(address) ?? []), ...counted].slice(-KEPT) : [];
    this.#lost.set(address, known);
    return { sent: known.length, lost: known.filter(Boolean).length };
  }
}
