/** Results of the jobs of alerts as they come back through Redis: only their outline is looked at, as with the others. */
import { z } from 'zod';
import type { LinkProbe } from '../actions/alerts.ts';
import type { ListedAlerts } from '../actions/list-alerts.ts';
import type { Silenced } from '../actions/silence-alert.ts';
import type { Incident, Silence } from '../alerts/model.ts';

const IncidentOutline = z.object({
  id: z.string(),
  severity: z.enum(['page', 'ticket', 'info']),
  title: z.string(),
  startedAt: z.number(),
  evidence: z.string(),
  hides: z.array(z.string()),
});
const StretchOutline = z.object({ match: z.string(), reason: z.string(), until: z.number() });
const SilenceOutline = StretchOutline.extend({ id: z.string(), by: z.string() });
const Count = z.number();
const ListOutline = z.object({
  total: z.object({ open: Count, acked: Count, muted: Count, ended: Count, silences: Count, windows: Count }),
  open: z.array(IncidentOutline),
  acked: z.array(IncidentOutline),
  muted: z.array(IncidentOutline),
  ended: z.array(IncidentOutline),
  silences: z.array(SilenceOutline),
  windows: z.array(StretchOutline),
});
const SilencedOutline = z.object({ silence: SilenceOutline, matches: z.array(z.string()) });
const LayerOutline = z.object({
  title: z.string(),
  outcome: z.enum(['ok', 'failing', 'unknown', 'skipped']),
  says: z.string(),
  facts: z.array(z.string()),
});
const ProbeOutline = z.object({ from: z.string(), to: z.string(), at: z.number(), layers: z.array(LayerOutline) });

export function isIncident(value: unknown): value is Incident {
  return IncidentOutline.safeParse(value).success;
}

export function isListedAlerts(value: unknown): value is ListedAlerts {
  return ListOutline.safeParse(value).success;
}

export function isSilenced(value: unknown): value is Silenced {
  return SilencedOutline.safeParse(value).success;
}

export function isSilence(value: unknown): value is Silence {
  return SilenceOutline.safeParse(value).success;
}

export function isLinkProbe(value: unknown): value is LinkProbe {
  return ProbeOutline.safeParse(value).success;
}
