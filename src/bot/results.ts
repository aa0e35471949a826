/** Results of jobs as they come back through Redis: only their outline is looked at, their version was checked before. */
import { z } from 'zod';
import type { AuditEntry, ChangeView } from '../changes/ports.ts';
import type { MeshCertificates } from '../mesh/certificates.ts';
import type { MeshStatus } from '../mesh/status.ts';
import type { Planned } from '../rotation/goal.ts';
import type { Backup, Hold } from '../rotation/model.ts';
import type { Proposal } from './change-ports.ts';

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

/** A plan as a job made it, and what has to be known to approve it where it can be. */
export interface PlanAnswer {
  readonly planned: Planned;
  readonly proposal?: Pick<Proposal, 'id' | 'needed' | 'expiresAt' | 'secondFactor' | 'delayMs'>;
}

/** What a distribution did, or would do. */
export interface DistributeAnswer {
  readonly view?: ChangeView;
  readonly planned?: Planned;
}

/** What runs, what is held and what could be put back. */
export interface ChangesList {
  /** Null: nothing is under way. */
  readonly view: ChangeView | null;
  readonly holds: readonly (Hold & { readonly cluster: string })[];
  readonly backups: readonly (Pick<Backup, 'name' | 'takenAt' | 'takenFor'> & { readonly cluster: string })[];
  /** What could not be seen, one line each. */
  readonly unseen?: readonly string[];
}

const PlanOutline = z.object({ planned: PlannedOutline, proposal: ProposalOutline.optional() });
const DistributeOutline = z.object({ view: ViewOutline.optional(), planned: PlannedOutline.optional() });
const ListOutline = z.object({
  view: ViewOutline.nullable(),
  holds: z.array(z.object({ cluster: z.string(), fingerprint: z.string(), why: z.string(), at: z.number() })),
  backups: z.array(z.object({ cluster: z.string(), name: z.string(), takenAt: z.number(), takenFor: z.string() })),
  unseen: Lines.optional(),
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

export function isPlanAnswer(value: unknown): value is PlanAnswer {
  return PlanOutline.safeParse(value).success;
}

export function isDistributeAnswer(value: unknown): value is DistributeAnswer {
  return DistributeOutline.safeParse(value).success;
}

export function isView(value: unknown): value is ChangeView {
  return ViewOutline.safeParse(value).success;
}

export function isChangesList(value: unknown): value is ChangesList {
  return ListOutline.safeParse(value).success;
}

export function isAuditLog(value: unknown): value is readonly AuditEntry[] {
  return AuditOutline.safeParse(value).success;
}
