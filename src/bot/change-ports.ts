/** What the bot needs of changes to the authority: plans that wait for approval, and how each change stands. */
import type { ApprovalAnswer, Proposal } from '../actions/changes.ts';
import { OperatorError } from '../core/errors.ts';
import type { AuditPort, ChangeView } from '../changes/ports.ts';
import type { Approved } from '../rotation/model.ts';

export type { ApprovalAnswer, Proposal };

/** Plans that wait for approval. Whoever implements it signs each approval; the worker checks it again. */
export interface Proposals {
  get(id: string): Promise<Proposal | undefined>;
  approve(id: string, approval: Approved): Promise<ApprovalAnswer>;
  /** False where it is too late: it is used, or not known. */
  cancel(id: string): Promise<boolean>;
  /** True where the code is right for this user and was not used before. */
  secondFactor(id: string, user: string, code: string): Promise<boolean>;
}

/** A view that was not shown yet. */
export interface DueView {
  readonly view: ChangeView;
  readonly version: number;
  /** What the bot noted when it showed the one before. */
  readonly told: readonly string[];
}

export interface Board {
  due(): Promise<readonly DueView[]>;
  get(id: string): Promise<ChangeView | undefined>;
  /** Notes that this version was shown, and what the next one has to know. */
  shown(id: string, version: number, told: readonly string[]): Promise<void>;
}

export interface Changes {
  readonly proposals: Proposals;
  readonly board: Board;
  readonly audit: AuditPort;
}

/** @throws OperatorError where this service was started without them. */
export function changesOf({ changes }: { readonly changes?: Changes }): Changes {
  if (changes !== undefined) return changes;
  throw new OperatorError({
    reason: 'invalid',
    what: 'This service changes nothing',
    why: 'it was started without the parts that do',
    next: 'Start meshwarden with the roles bot and worker.',
  });
}
