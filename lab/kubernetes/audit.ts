/** Every call that reached the server, in order. */
export interface AuditEntry {
  readonly user: string;
  /** The verb that roles name, or the method in lower case for what is no resource. */
  readonly verb: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** 0 while unanswered, and for calls that were cut before an answer. */
  readonly status: number;
  /** On the cluster's clock. */
  readonly at: number;
}

/** Hears of a call when its answer is about to be sent. */
export type CallListener = (entry: AuditEntry) => void;

/** The oldest entries go when there are more than this. */
const KEPT = 20_000;

/** The audit log of one server. */
export class Audit {
  readonly entries: AuditEntry[] = [];
  readonly #listeners = new Set<CallListener>();

  record(entry: AuditEntry): void {
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.splice(0, KEPT / 2);
    for (const listener of this.#listeners) listener(entry);
  }

  onCall(listener: CallListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
