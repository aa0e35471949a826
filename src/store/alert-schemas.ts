/**
 * What lies in Redis of alerts, as it is read back. Fields that only a newer version knows are kept, so that processes of two versions can share it;
 * what this version cannot read counts as not remembered.
 */
import { z } from 'zod';
import type { Incident, MaintenanceWindow, Silence, SubjectHealth } from '../alerts/model.ts';
import { RULES } from '../alerts/index.ts';
import type { Cause, HealthSubject } from '../mesh/health.ts';

const text = z.string();
const instant = z.number();
const texts = z.array(text).readonly();
const direction = z.enum(['link', 'gateway', 'remoteApi', 'publicPath']);
const ofCluster = z.enum(['api', 'istiod', 'gatewayPods', 'canary', 'clock']);

const Subject = z.union([
  z.looseObject({ kind: direction, from: text, to: text }),
  z.looseObject({ kind: ofCluster, cluster: text }),
  z.looseObject({ kind: z.enum(['tailnet', 'self']), vantage: text }),
  z.looseObject({ kind: z.enum(['schedule', 'trial']), name: text }),
  z.looseObject({ kind: z.literal('versions') }),
]) satisfies z.ZodType<HealthSubject>;

const Cause = z.looseObject({ code: text, says: text, facts: texts, hint: text, commands: texts }) satisfies z.ZodType<Cause>;
const severity = z.enum(['page', 'ticket', 'info']);
const rule = z.enum(RULES.map(({ id }) => id));

/** One subject under one rule. */
export const KeptHealth: z.ZodType<SubjectHealth> = z.looseObject({
  rule,
  subject: Subject,
  state: z.enum(['ok', 'pending', 'firing', 'resolving', 'flapping', 'unknown']),
  since: instant,
  failingSince: instant.exactOptional(),
  window: text,
  turns: z.array(instant).readonly(),
  sampledAt: instant,
  knownAt: instant,
  vantage: text,
  severity: severity.exactOptional(),
  cause: Cause.exactOptional(),
  latencyMs: z.number().exactOptional(),
  path: z.enum(['direct', 'relayed', 'peerRelayed']).exactOptional(),
  says: text.exactOptional(),
  incident: text.exactOptional(),
  failed: z.literal(true).exactOptional(),
  countsFrom: instant.exactOptional(),
  expectedFrom: instant.exactOptional(),
});

const HistoryLine = z.looseObject({ at: instant, says: text, wakes: z.enum(['role', 'person']).exactOptional() });

/** JSON leaves out what is undefined, and this has it. */
const Muted = z
  .looseObject({ why: text, until: instant.optional(), by: text.optional() })
  .transform((muted) => ({ ...muted, until: muted.until, by: muted.by }));

/** One incident. */
export const KeptIncident: z.ZodType<Incident> = z.looseObject({
  id: text,
  marker: text,
  root: text,
  about: z.enum(['failing', 'unknown']),
  rule,
  subject: Subject,
  severity,
  startedAt: instant,
  openedAt: instant,
  announcedAt: instant.exactOptional(),
  endedAt: instant.exactOptional(),
  state: z.enum(['firing', 'resolving', 'flapping', 'unknown', 'over', 'merged']),
  title: text,
  cause: Cause.exactOptional(),
  evidence: text,
  hides: texts,
  hidMost: z.number(),
  context: texts,
  ack: z.looseObject({ by: text, at: instant, nagAt: instant }).exactOptional(),
  muted: Muted.exactOptional(),
  raisedAt: instant.exactOptional(),
  causeAt: instant.exactOptional(),
  remindedAt: instant.exactOptional(),
  escalatedAt: instant.exactOptional(),
  mergedInto: text.exactOptional(),
  history: z.array(HistoryLine).readonly(),
  version: z.number(),
  turn: z.number(),
});

const stretch = { id: text, match: text, reason: text, from: instant, until: instant };

/** What is neither about one subject nor an incident. */
export interface KeptRest {
  readonly silences: readonly Silence[];
  readonly windows: readonly MaintenanceWindow[];
  readonly begunAt: number;
}

export const KeptRest: z.ZodType<KeptRest> = z.looseObject({
  silences: z.array(z.looseObject({ ...stretch, by: text })).readonly(),
  windows: z.array(z.looseObject(stretch)).readonly(),
  begunAt: instant,
});

/** What was shown of an incident. */
export interface KeptShown {
  readonly version: number;
  readonly turn: number;
  readonly channel: string;
  readonly message: string;
  /** How many lines of its history are in the thread. */
  readonly told: number;
  readonly fallback?: boolean;
}

export const KeptShown: z.ZodType<KeptShown> = z.looseObject({
  version: z.number(),
  turn: z.number(),
  channel: text,
  message: text,
  told: z.number(),
  fallback: z.boolean().exactOptional(),
});
