/** Every key the product keeps in Redis, beside BullMQ's own. The braces keep them in one slot of a Redis Cluster. */
const PREFIX = '{meshwarden}';

export const KEYS = {
  outboxEntries: `${PREFIX}:outbox:entries`,
  outboxDue: `${PREFIX}:outbox:due`,
  /** Followed by the id of a notice: it was taken once, and here is the message it became. */
  outboxKnown: `${PREFIX}:outbox:known:`,
  caMemory: `${PREFIX}:ca-memory`,
  problems: `${PREFIX}:problems`,
  /** What is not published, and since when. */
  refusals: `${PREFIX}:refusals`,
  slots: `${PREFIX}:slots`,
  botBackoff: `${PREFIX}:bot-backoff`,
  replies: `${PREFIX}:replies`,
  /** Followed by the id of an interaction: some bot answers it. */
  claims: `${PREFIX}:claim:`,
  /** Followed by the id of a plan: the plan, who approved it, what became of it. */
  proposals: `${PREFIX}:proposal:`,
  /** Followed by a user and the step of a one-time code: that code was used. */
  codes: `${PREFIX}:code:`,
  /** Followed by a user: how many wrong codes came of late. */
  wrongCodes: `${PREFIX}:wrong-codes:`,
  boardViews: `${PREFIX}:board:views`,
  boardShown: `${PREFIX}:board:shown`,
  audit: `${PREFIX}:audit`,
} as const;
