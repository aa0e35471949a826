import type { Card } from './card.ts';
import type { JobOutcome } from './context.ts';
import { certsCard } from './render/certs.ts';
import { failureCard } from './render/failure.ts';
import { statusCard } from './render/status.ts';
import { isCertificates, isStatus } from './results.ts';

/** A kind of answer that comes from a job. */
export type AnswerKind = 'mesh-status' | 'mesh-certs';

/** The job behind each kind of answer, and its title where it fails. */
export const KINDS: Readonly<Record<AnswerKind, { readonly job: string; readonly failed: string }>> = {
  'mesh-status': { job: 'observe-mesh', failed: 'The mesh could not be looked at' },
  'mesh-certs': { job: 'mesh-certs', failed: 'The certificates could not be read' },
};

/** True for the kinds that this version answers: one that was noted by another version may not be. */
export function isAnswerKind(kind: string): kind is AnswerKind {
  return Object.hasOwn(KINDS, kind);
}

/** The card of a job's outcome. */
export function cardFor(kind: AnswerKind, jobId: string, outcome: JobOutcome, now: number): Card {
  const { failed } = KINDS[kind];
  if (!outcome.ok) return failureCard(failed, outcome.failure);
  if (kind === 'mesh-status' && isStatus(outcome.value)) return statusCard(outcome.value, jobId);
  if (kind === 'mesh-certs' && isCertificates(outcome.value)) return certsCard(outcome.value, now);
  return failureCard(failed, {
    reason: 'protocol',
    message: 'The worker gave an answer of another shape',
    next: 'Run bot and workers of the same version.',
  });
}
