import type { ApprovalAnswer } from '../actions/changes.ts';
import type { AuditEntry, ChangeView } from '../changes/ports.ts';
import type { Standing } from '../actions/list-changes.ts';
import type { ChangePlan, Goal, Planned } from '../rotation/goal.ts';
import type { Intent } from '../rotation/model.ts';

export interface StartHere {
  readonly goal: Goal;
  readonly plan: ChangePlan;
  /** `cli:<user>`. */
  readonly by: string;
}

/** What a person at the terminal changes, in this process: the same engine, Lease and holds as the service. Close it. */
export interface ChangesHere {
  /** How many different people have to approve it. */
  needed(goal: Goal): number;
  plan(goal: Goal): Promise<Planned>;
  /** Begins what the person approved, and goes on until it is over or waits for long. */
  start(request: StartHere, progress: (text: string) => void): Promise<ChangeView>;
  distribute(only: readonly string[] | undefined, by: string, progress: (text: string) => void): Promise<ChangeView>;
  /** Goes on with what is under way; undefined: nothing is. */
  advance(progress: (text: string) => void): Promise<ChangeView | undefined>;
  steer(request: { readonly op: 'pause' | 'resume' | 'abort' | 'agree'; readonly question?: string; readonly by: string }): Promise<Intent>;
  standing(): Promise<Standing>;
  /** Keeps a plan that several people have to approve, and gives its id. @throws OperatorError without Redis. */
  propose(request: StartHere): Promise<{ readonly id: string; readonly expiresAt: number }>;
  /** Approves from this host, which counts as the second factor too. @throws OperatorError without Redis. */
  approve(id: string, by: string): Promise<ApprovalAnswer>;
  /** Newest first. @throws OperatorError without Redis. */
  audit(limit: number): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}
