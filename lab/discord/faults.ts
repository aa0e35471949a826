/** Faults of the REST side: what a request meets instead of, before or after its handling. */

export interface RestFault {
  /** `POST /channels/{channel_id}/messages`, or `*` for every route. */
  readonly route: string;
  /** How many requests it meets; without it, all until it is ended. */
  readonly times?: number;
  /** Answers with this status. With `processed`, the request takes effect all the same. */
  readonly status?: number;
  readonly processed?: boolean;
  /** The answer's JSON; without it a body that fits the status. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With status 429: how many seconds to wait, and whether for every route. */
  readonly retryAfter?: number;
  readonly global?: boolean;
  /** Answers with a web page, as a proxy before Discord does. */
  readonly html?: boolean;
  /** Waits so long before the request is handled. */
  readonly delayMs?: number;
  /** Never answers. */
  readonly hang?: boolean;
  /** Ends the connection before an answer, in order (`fin`) or abruptly (`rst`), or in order amid the body. */
  readonly reset?: 'fin' | 'rst' | 'mid-body';
  /** A rate limit of its own, announced in the headers; beyond it 429. */
  readonly rate?: { readonly limit: number; readonly perMs: number };
}

export interface ActiveFault {
  readonly fault: RestFault;
  left: number;
  window: { startedAt: number; used: number };
  /** Ends it. */
  end(): void;
}

export class Faults {
  readonly #active = new Set<ActiveFault>();

  add(fault: RestFault): ActiveFault {
    const active: ActiveFault = {
      fault,
      left: fault.times ?? Number.POSITIVE_INFINITY,
      window: { startedAt: 0, used: 0 },
      end: () => void this.#active.delete(active),
    };
    this.#active.add(active);
    return active;
  }

  /** The oldest fault that meets this route, counted as used. */
  meet(route: string): ActiveFault | undefined {
    for (const active of this.#active) {
      if (active.fault.route !== '*' && active.fault.route !== route) continue;
      active.left -= 1;
      if (active.left <= 0) this.#active.delete(active);
      return active;
    }
    return undefined;
  }

  clear(): void {
    this.#active.clear();
  }
}
