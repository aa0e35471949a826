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
  /** What is followed, by `rule|subject`. */
  alertSubjects: `${PREFIX}:alerts:subjects`,
  /** Incidents by id. */
  alertIncidents: `${PREFIX}:alerts:incidents`,
  /** Silences, windows, when it was begun; the version of all of it; a count of what was written. */
  alertMeta: `${PREFIX}:alerts:meta`,
  /** Incidents that are not shown as they are now, by when they became so. */
  incidentDue: `${PREFIX}:incidents:due`,
  /** Incidents that are followed no longer and were not shown to their end. */
  incidentLeft: `${PREFIX}:incidents:left`,
  /** What was shown of each, by id. */
  incidentShown: `${PREFIX}:incidents:shown`,
  /** Which vantages measure, by when they last said so. */
  vantages: `${PREFIX}:vantages`,
} as const;
