/** What can be made to go wrong with one cluster's API server. */
export interface NextFailure {
  /** Only calls of this verb (`get`, `list`, `watch`, `create`, `update`, `patch`, `delete`). */
  readonly verb?: string;
  /** Only calls whose path contains this. */
  readonly path?: string;
  /** The status to answer. Without one the connection is cut without an answer. */
  readonly status?: number;
  /** How many calls fail. Once by default. */
  readonly times?: number;
  /** Sent as Retry-After, in seconds. */
  readonly retryAfter?: number;
  /** An object is sent as JSON, a text as text/plain. By default the Status or text that the real server sends for that code. */
  readonly body?: unknown;
  /** True to carry out the call and fail only its answer: a write that happened although it was answered with an error. */
  readonly afterwards?: boolean;
  /** True to send no answer at all until the caller gives up. */
  readonly silent?: boolean;
  /** How many such calls go well before. None by default. */
  readonly skip?: number;
}

/** The faults of one cluster. Each works on calls that come after it, and on open connections where it says so. */
export interface Faults {
  /** Refuses connections, and cuts the open ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Accepts connections and calls but answers nothing, and stops open watches from hearing anything. */
  freeze(): void;
  thaw(): void;
  /** Adds a delay before every answer. */
  delayMs(ms: number): void;
  failNext(failure?: NextFailure): void;
  /** No call fails any more. Answers how many failures no call has met yet. */
  forgetFailures(): number;
  /** Cuts every open connection once. */
  resetConnections(): void;
  /** Forgets history: older watches, lists and continue tokens are 410. Open watches are ended so that they come back. */
  expireResourceVersions(): void;
  /** Refuses the user's tokens from now on. */
  tokenExpired(user: string): void;
}

interface Pending extends NextFailure {
  left: number;
  toSkip: number;
  met: boolean;
}

/** The failures that wait for their call. */
export class FailureQueue {
  #pending: Pending[] = [];

  add(failure: NextFailure): void {
    this.#pending.push({ ...failure, left: failure.times ?? 1, toSkip: failure.skip ?? 0, met: false });
  }

  /** Empties it. Answers how many no call has met. */
  forget(): number {
    const unmet = this.#pending.filter(({ met }) => !met).length;
    this.#pending = [];
    return unmet;
  }

  /** The failure that a call meets, taken off the queue. */
  take(verb: string, path: string): NextFailure | undefined {
    const meant = this.#pending.filter((one) => (one.verb ?? verb) === verb && path.includes(one.path ?? ''));
    const index = this.#pending.findIndex((one) => meant.includes(one) && one.toSkip === 0);
    for (const one of meant) one.toSkip = Math.max(0, one.toSkip - 1);
    const found = this.#pending[index];
    if (found === undefined) return undefined;
    found.met = true;
    found.left -= 1;
    if (found.left <= 0) this.#pending.splice(index, 1);
    return found;
  }
}
