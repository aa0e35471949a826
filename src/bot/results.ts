/** Results of jobs as they come back through Redis: only their outline is looked at, their version was checked before. */
import { z } from 'zod';
import type { Distribution } from '../actions/distribute-cacerts.ts';
import type { ListedChanges } from '../actions/list-changes.ts';
import type { PlannedChange } from '../actions/plan-change.ts';
import type { AuditEntry, ChangeView } from '../changes/ports.ts';
import type { MeshCertificates } from '../mesh/certificates.ts';
import type { MeshStatus } from '../mesh/status.ts';

const StatusOutline = z.object({
  at: z.number(),
  clusters: z.array(z.object({ name: z.string() })),
  links: z.array(z.object({ from: z.string() })),
  gateways: z.array(z.object({ cluster: z.string() })),
  authority: z.object({ intermediates: z.array(z.object({ cluster: z.string() })) }),
  report: z.object({ verdict: z.string(), problems: z.array(z.object({ finding: z.object({ code: z.string() }) })) }),
});

const CertificatesOutline = z.object({ at: z.number(), lines: z.array(z.object({ role: z.string() })) });

const FindingOutline = z.object({
  code: z.string(),
  title: z.string(),
  facts: z.array(z.string()),
  hint: z.string(),
  commands: z.array(z.string()),
});
const StepOutline = z.object({ key: z.string(), title: z.string(), state: z.enum(['todo', 'now', 'done']) });
const Lines = z.array(z.string());

const PlannedOutline = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('plan'),
    plan: z.object({
      title: z.string(),
      now: Lines,
      then: Lines,
      steps: z.array(StepOutline),
      remarks: Lines,
      waived: Lines,
      hash: z.string(),
    }),
  }),
  z.object({ kind: z.literal('nothing'), says: Lines }),
  z.object({ kind: z.literal('refused'), findings: z.array(FindingOutline) }),
]);

const ProposalOutline = z.object({
  id: z.string(),
  needed: z.number(),
  expiresAt: z.number(),
  secondFactor: z.boolean(),
  delayMs: z.number(),
});

const ViewOutline = z.object({
  id: z.string(),
  title: z.string(),
  by: z.string(),
  state: z.enum(['waiting', 'running', 'paused', 'asking', 'stuck', 'goingBack', 'done', 'aborted', 'failed']),
  steps: z.array(StepOutline),
  says: z.string(),
  findings: z.array(FindingOutline),
  result: Lines,
});

const PlanOutline = z.object({ planned: PlannedOutline, proposal: ProposalOutline.optional() });
const DistributeOutline = z.object({ view: ViewOutline.optional(), planned: PlannedOutline.optional() });
const ListOutline = z.object({
  view: ViewOutline.nullable(),
  holds: z.array(z.object({ cluster: z.string(), fingerprint: z.string(), why: z.string(), at: z.number() })),
  backups: z.array(z.object({ cluster: z.string(), name: z.string(), takenAt: z.number(), takenFor: z.string() })),
  unseen: Lines,
});
const AuditOutline = z.array(
  z.object({
    at: z.number(),
    who: z.string(),
    what: z.string(),
    change: z.string(),
    detail: z.string(),
    result: z.enum(['ok', 'failed', 'refused']),
  }),
);

export function isStatus(value: unknown): value is MeshStatus {
  return StatusOutline.safeParse(value).success;
}

export function isCertificates(value: unknown): value is MeshCertificates {
  return CertificatesOutline.safeParse(value).success;
}

export function isPlannedChange(value: unknown): value is PlannedChange {
  return PlanOutline.safeParse(value).success;
}

export function isDistribution(value: unknown): value is Distribution {
  return DistributeOutline.safeParse(value).success;
}

export function isView(value: unknown): value is ChangeView {
  return ViewOutline.safeParse(value).success;
}

export function isListedChanges(value: unknown): value is ListedChanges {
  return ListOutline.safeParse(value).success;
}

export function isAuditLog(value: unknown): value is readonly AuditEntry[] {
  return AuditOutline.safeParse(value).success;
}
