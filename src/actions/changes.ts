/** What actions that change something are given beside what every action gets. */
import type { AuditEntry, BoardPort, ChangeView, EngineContext } from '../changes/ports.ts';
import type { ChangePlan, Goal } from '../rotation/goal.ts';
import type { Approved } from '../rotation/model.ts';
import { MINUTE } from '../core/duration.ts';
import type { ActionContext, ProblemHistory, Role, ServiceContext } from './action.ts';
import type { FollowContext } from './alerts.ts';
import type { Once } from './once.ts';

/** A plan that waits for approval. */
export interface Proposal {
  readonly id: string;
  readonly plan: ChangePlan;
  readonly by: string;
  readonly needed: number;
  readonly secondFactor: boolean;
  /** So long after the last approval it begins, in milliseconds. */
  readonly delayMs: number;
  readonly expiresAt: number;
  readonly approvals: readonly Approved[];
  readonly state: 'open' | 'cancelled' | 'used';
}

/** What came of an approval. */
export interface ApprovalAnswer {
  readonly state: 'recorded' | 'enough' | 'already' | 'expired' | 'cancelled' | 'unknown';
  readonly have: number;
  readonly need: number;
}

export interface ProposalKeeper {
  create(proposal: Pick<Proposal, 'id' | 'plan' | 'by' | 'needed' | 'secondFactor' | 'delayMs'>, now: number): Promise<Proposal>;
  /** For whoever carries it out. Undefined where it is not approved by enough people, or somebody else carries it out. */
  take(id: string, taker: string): Promise<Proposal | undefined>;
}

export interface AuditReader {
  /** Newest first. */
  newest(limit: number): Promise<readonly AuditEntry[]>;
}

export interface ChangeServices {
  /** What the engine needs, but for what belongs to one run. */
  readonly engine: Omit<EngineContext, 'clock' | 'log' | 'signal' | 'progress'>;
  readonly proposals: ProposalKeeper;
  readonly audit: AuditReader;
  /** `all`: the latest view of each change that is known. */
  readonly board: BoardPort & { all(): Promise<readonly ChangeView[]> };
  /** Keeps a second run of the same from beginning in this process. */
  readonly once: Once;
  /** Since when what is not published: apart from the problems of the mesh. */
  readonly refusals: ProblemHistory;
  /** A new id for a plan. */
  readonly newId: () => string;
  /** How many people have to approve what. */
  readonly needed: { readonly intermediate: number; readonly root: number; readonly emergency: number };
}

export interface ChangeContext extends ServiceContext, FollowContext {
  readonly changes: ChangeServices;
  /** The job that runs: the same when it is run again. */
  readonly jobId: string;
}

export function engineOf({ clock, log, signal, progress, changes }: ActionContext & Pick<ChangeContext, 'changes'>): EngineContext {
  return { ...changes.engine, clock, log, signal, progress };
}

/** Who may ask for it and approve it. */
export function roleOf({ kind }: Pick<Goal, 'kind'>): Role {
  return kind === 'root' || kind === 'emergency' ? 'admin' : 'operator';
}

/** What an approval of a change takes. */
export interface Requirements {
  /** How many different people. */
  readonly needed: number;
  /** More than a press: a one-time code, or the host. */
  readonly secondFactor: boolean;
  /** It begins so long after the last approval, in milliseconds. */
  readonly delayMs: number;
}

/** A root rotation that a single person may approve begins so much later, in milliseconds: it can be cancelled until then. */
const LONE_OWNER_MS = 10 * MINUTE;

export function requirementsOf(goal: Pick<Goal, 'kind'>, configured: ChangeServices['needed']): Requirements {
  const needed = approvalsFor(goal, configured);
  const grave = goal.kind === 'root' || goal.kind === 'emergency';
  return { needed, secondFactor: grave, delayMs: goal.kind === 'root' && needed === 1 ? LONE_OWNER_MS : 0 };
}

/** How many different people have to approve it. */
export function approvalsFor({ kind }: Pick<Goal, 'kind'>, needed: ChangeServices['needed']): number {
  return kind === 'root' || kind === 'emergency' ? needed[kind] : needed.intermediate;
}
