import { z } from 'zod';
import { planChange as planOf } from '../changes/engine.ts';
import { record } from '../changes/record.ts';
import { Goal, type Planned } from '../rotation/goal.ts';
import type { Action } from './action.ts';
import { engineOf, requirementsOf, type ChangeContext, type Proposal } from './changes.ts';

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
    const { plan } = planned;
    const asked = { id: changes.newId(), plan, by, ...requirementsOf(goal, changes.needed) };
    const proposal = await changes.proposals.create(asked, clock.now());
    const change = { id: proposal.id, goal, planHash: plan.hash, by };
    await record(engineOf(context), change, { what: 'plan', detail: plan.title, result: 'ok' });
    return { planned, proposal };
  },
};
