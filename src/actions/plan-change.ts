import { z } from 'zod';
import { planChange as planOf } from '../changes/engine.ts';
import { MINUTE } from '../core/duration.ts';
import { Goal, type Planned } from '../rotation/goal.ts';
import type { Action } from './action.ts';
import { approvalsFor, engineOf, needsSecondFactor, type ChangeContext, type Proposal } from './changes.ts';

const Input = z.strictObject({
  goal: Goal,
  /** Who asks: a Discord user id, or `cli:<user>`. */
  by: z.string().min(1),
  /** Only look: nothing is kept to approve. */
  dryRun: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

export interface PlannedChange {
  readonly planned: Planned;
  /** Where there is a plan, and it may be approved. */
  readonly proposal: Proposal | undefined;
}

/** A root rotation that a single person may approve begins so much later, in milliseconds: it can be cancelled until then. */
export const LONE_OWNER_MS = 10 * MINUTE;

export const planChange: Action<Input, PlannedChange, ChangeContext> = {
  id: 'plan-change',
  role: 'operator',
  describe: 'What a change of the authority would do, step by step; nothing is changed',
  input: Input,
  async run({ goal, by, dryRun }, context) {
    const { changes, clock, progress } = context;
    progress('Looking at every cluster and every istiod');
    const planned = await planOf(goal, engineOf(context));
    if (planned.kind !== 'plan' || dryRun === true) return { planned, proposal: undefined };
    const needed = approvalsFor(goal, changes.needed);
    const delayMs = goal.kind === 'root' && needed === 1 ? LONE_OWNER_MS : 0;
    const asked = { id: changes.newId(), plan: planned.plan, by, needed, secondFactor: needsSecondFactor(goal), delayMs };
    const proposal = await changes.proposals.create(asked, clock.now());
    const entry = { at: clock.now(), who: by, what: 'plan', change: proposal.id, goal, planHash: planned.plan.hash };
    await changes.engine.audit.add({ ...entry, detail: planned.plan.title, result: 'ok' });
    return { planned, proposal };
  },
};
