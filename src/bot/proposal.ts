import { z } from 'zod';
import { roleOf as roleForGoal } from '../actions/changes.ts';
import { withDeadline } from '../core/abort.ts';
import { OperatorError } from '../core/errors.ts';
import { refusal, type Person } from './access.ts';
import { changesOf, type Proposal } from './change-ports.ts';
import type { BotContext } from './context.ts';

/** Ids of plans and changes, as a button carries them: input from outside. */
export const ChangeId = z.string().regex(/^[a-z2-7]{4,12}$/);
/** Redis gets so long to say which plan it is, in milliseconds: Discord waits three seconds in all, and a form must be the first answer. */
const READ_MS = 1_500;

/** The plan that a button names. @throws OperatorError `notFound` where it is not kept any more. */
export async function proposalOf(id: string | undefined, context: BotContext): Promise<Proposal> {
  const parsed = ChangeId.safeParse(id);
  const { proposals } = changesOf(context);
  const found = parsed.success
    ? await withDeadline(context.clock, READ_MS, 'Reading the plan', () => proposals.get(parsed.data))
    : undefined;
  if (found !== undefined) return found;
  throw new OperatorError({
    reason: 'notFound',
    what: 'This plan is no longer kept',
    why: 'plans are kept for 15 minutes',
    next: 'Ask for a new one.',
  });
}

/** The id of a change that a button names. @throws OperatorError for what is none. */
export function changeIdOf(id: string | undefined): string {
  const parsed = ChangeId.safeParse(id);
  if (parsed.success) return parsed.data;
  throw new OperatorError({ reason: 'notFound', what: 'This button names no change', next: 'Run `/mesh rotation` for what is under way.' });
}

/** Why somebody may not approve this plan now, in words for that person; undefined where they may. */
export function whyNotApprove(proposal: Proposal, person: Person, { access, clock }: BotContext): string | undefined {
  const refused = refusal(person, roleForGoal(proposal.plan.goal), access);
  if (refused !== undefined) return `You cannot approve this. ${refused}`;
  return closedBecause(proposal, clock.now());
}

/** Why a plan waits for nobody any more; undefined while it does. */
export function closedBecause({ state, expiresAt }: Proposal, now: number): string | undefined {
  if (state === 'cancelled') return 'This plan was cancelled. Nothing was changed.';
  if (state === 'open' && expiresAt <= now) return 'This plan has expired. Nothing was changed. Ask again for a fresh one.';
  return undefined;
}
