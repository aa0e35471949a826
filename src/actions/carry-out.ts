import { z } from 'zod';
import { startChange } from '../changes/engine.ts';
import type { ChangeView } from '../changes/ports.ts';
import { OperatorError } from '../core/errors.ts';
import { MINUTE } from '../core/duration.ts';
import type { Action } from './action.ts';
import { engineOf, requirementsOf, type ChangeContext } from './changes.ts';
import { withWindow } from './window.ts';

const Input = z.strictObject({
  /** The id of an approved plan. */
  proposal: z.string().min(1).max(40),
  /** The message that shows how it goes. */
  shownIn: z.strictObject({ channel: z.string(), message: z.string() }).optional(),
});
type Input = z.infer<typeof Input>;

/** A wait that is longer is left to `advance-changes`, in milliseconds. */
export const PATIENCE_MS = 5 * MINUTE;

export const carryOut: Action<Input, ChangeView, ChangeContext> = {
  id: 'carry-out',
  role: 'operator',
  describe: 'Carry out a plan that enough people approved',
  input: Input,
  async run({ proposal: id, shownIn }, context) {
    const { changes, clock, jobId } = context;
    const known = await changes.board.get(id);
    // A worker that died at the very end leaves its job to another, which finds it done.
    if (known?.state === 'done' || known?.state === 'aborted') return known;
    const proposal = await changes.proposals.take(id, jobId);
    if (proposal === undefined) throw notApproved(id);
    const { plan, by, approvals } = proposal;
    // By this worker's own configuration: of what lies in Redis only the approvals are signed.
    const { needed, delayMs } = requirementsOf(plan.goal, changes.needed);
    if (new Set(approvals.map(({ user }) => user)).size < needed) throw notApproved(id);
    const startsAt = delayMs === 0 ? 0 : clock.now() + delayMs;
    const common = { id, goal: plan.goal, planHash: plan.hash, by, approvedBy: approvals, startsAt, shownIn };
    return withWindow({ id, goal: plan.goal }, context, () => startChange({ ...common, patienceMs: PATIENCE_MS }, engineOf(context)));
  },
};

function notApproved(id: string): OperatorError {
  return new OperatorError({
    reason: 'forbidden',
    what: `Plan ${id} is not carried out`,
    why: 'it is not approved by enough people, has expired, or was carried out before',
    next: 'Ask for a new plan.',
  });
}
