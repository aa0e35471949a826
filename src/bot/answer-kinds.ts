import type { Distribution } from '../actions/distribute-cacerts.ts';
import type { PlannedChange } from '../actions/plan-change.ts';
import type { Planned } from '../rotation/goal.ts';
import type { Card } from './card.ts';
import type { JobOutcome } from './context.ts';
import { ackCard, alertsCard, silencedCard, unsilencedCard } from './render/alerts.ts';
import { auditCard } from './render/audit.ts';
import { certsCard } from './render/certs.ts';
import { changeCard, steeredCard } from './render/change.ts';
import { failureCard } from './render/failure.ts';
import { jobsCard, rotationCard } from './render/jobs.ts';
import { dryRunCard, nothingCard, planCard, refusedCard } from './render/plan.ts';
import { probeCard, probingCard } from './render/probe.ts';
import { statusCard } from './render/status.ts';
import { isIncident, isLinkProbe, isListedAlerts, isSilence, isSilenced } from './alert-results.ts';
import { isAuditLog, isCertificates, isListedChanges, isDistribution, isPlannedChange, isStatus, isView } from './results.ts';

/** What a card is made for, beside the job's value. */
export interface About {
  readonly jobId: string;
  readonly now: number;
  readonly guild: string;
}

interface Kind {
  readonly job: string;
  /** The title where the job fails. */
  readonly failed: string;
  /** `undefined`: the value has another shape. `shown`: somebody else puts it into the message. */
  readonly card: (value: unknown, about: About) => Card | 'shown' | undefined;
  /** What is shown while the job says this; without it, what it says as a title. */
  readonly progress?: (text: string) => Card;
}

/** The job behind each kind of answer, what it is called where it fails, and its card. */
export const KINDS = {
  'mesh-status': {
    job: 'observe-mesh',
    failed: 'The mesh could not be looked at',
    card: (value, { jobId }) => (isStatus(value) ? statusCard(value, jobId) : undefined),
  },
  'mesh-certs': {
    job: 'mesh-certs',
    failed: 'The certificates could not be read',
    card: (value, { now }) => (isCertificates(value) ? certsCard(value, now) : undefined),
  },
  plan: {
    job: 'plan-change',
    failed: 'No plan could be made; nothing was changed',
    card: (value) => (isPlannedChange(value) ? planAnswerCard(value) : undefined),
  },
  distribute: {
    job: 'distribute-cacerts',
    failed: 'The certificates were not distributed',
    card: (value) => (isDistribution(value) ? distributeCard(value) : undefined),
  },
  'carry-out': {
    job: 'carry-out',
    failed: 'The change did not begin',
    card: (value) => (isView(value) ? 'shown' : undefined),
  },
  steer: {
    job: 'steer-change',
    failed: 'The change goes on as before',
    card: (value) => (isView(value) ? steeredCard(value) : undefined),
  },
  rotation: {
    job: 'list-changes',
    failed: 'What runs could not be looked at',
    card: (value, { guild }) => (isListedChanges(value) ? rotationCard(value, guild) : undefined),
  },
  jobs: {
    job: 'list-changes',
    failed: 'What runs could not be looked at',
    card: (value, { guild }) => (isListedChanges(value) ? jobsCard(value, guild) : undefined),
  },
  alerts: {
    job: 'list-alerts',
    failed: 'The alerts could not be read',
    card: (value) => (isListedAlerts(value) ? alertsCard(value) : undefined),
  },
  ack: {
    job: 'ack-alert',
    failed: 'The alert is as it was',
    card: (value) => (isIncident(value) ? ackCard(value) : undefined),
  },
  silence: {
    job: 'silence-alert',
    failed: 'Nothing was silenced',
    card: (value) => (isSilenced(value) ? silencedCard(value) : undefined),
  },
  unsilence: {
    job: 'unsilence-alert',
    failed: 'The silence is as it was',
    card: (value) => (isSilence(value) ? unsilencedCard(value) : undefined),
  },
  probe: {
    job: 'probe-link',
    failed: 'Nothing was measured',
    card: (value) => (isLinkProbe(value) ? probeCard(value) : undefined),
    progress: probingCard,
  },
  audit: {
    job: 'audit-log',
    failed: 'The record could not be read',
    card: (value) => (isAuditLog(value) ? auditCard(value) : undefined),
  },
} as const satisfies Readonly<Record<string, Kind>>;

/** A kind of answer that comes from a job. */
export type AnswerKind = keyof typeof KINDS;

/** True for the kinds that this version answers: one that was noted by another version may not be. */
export function isAnswerKind(kind: string): kind is AnswerKind {
  return Object.hasOwn(KINDS, kind);
}

/** How a kind shows what its job says while it runs. */
export function progressCard(kind: AnswerKind): (text: string) => Card {
  const { progress }: Kind = KINDS[kind];
  return progress ?? ((text) => ({ tone: 'unknown', title: `${text}…`, body: [] }));
}

/** The card of a job's outcome; undefined where its message is shown by somebody else. */
export function cardFor(kind: AnswerKind, outcome: JobOutcome, about: About): Card | undefined {
  const { failed, card }: Kind = KINDS[kind];
  if (!outcome.ok) return failureCard(failed, outcome.failure);
  const made = card(outcome.value, about);
  if (made === 'shown') return undefined;
  return (
    made ??
    failureCard(failed, {
      reason: 'protocol',
      message: 'The worker gave an answer of another shape',
      next: 'Run bot and workers of the same version.',
    })
  );
}

function planAnswerCard({ planned, proposal }: PlannedChange): Card {
  return proposal === undefined ? plannedCard(planned) : planCard(proposal);
}

function plannedCard(planned: Planned): Card {
  if (planned.kind === 'plan') return dryRunCard(planned.plan);
  return planned.kind === 'nothing' ? nothingCard(planned.says) : refusedCard(planned.findings);
}

function distributeCard({ view, planned }: Distribution): Card | undefined {
  if (planned !== undefined) return plannedCard(planned);
  return view === undefined ? undefined : { ...changeCard(view), buttons: [] };
}
