import { roleOf as roleForGoal } from '../actions/changes.ts';
import { toFailure } from '../core/errors.ts';
import { acknowledgeUpdate, answerQuietly, type Pressed } from './acknowledge.ts';
import { answerAcknowledged } from './answers.ts';
import { toMessage } from './card.ts';
import { changesOf, type ApprovalAnswer, type Proposal } from './change-ports.ts';
import type { Asking } from './command.ts';
import type { BotContext } from './context.ts';
import { failureCard, refusalCard } from './render/failure.ts';
import { closedPlanCard, planCard, startingCard } from './render/plan.ts';

/**
 * Counts an approval of whoever pressed, who may approve, and hands the plan to a worker once enough people did. The acknowledgement comes first: an
 * interaction that Discord delivers late fails there, before anything happened.
 */
export async function approve(interaction: Pressed, proposal: Proposal, asking: Asking): Promise<void> {
  await acknowledgeUpdate(interaction);
  const { context } = asking;
  const { proposals } = changesOf(context);
  const approval = { user: interaction.user.id, at: context.clock.now() };
  const answer = await proposals.approve(proposal.id, approval);
  const now = (await proposals.get(proposal.id)) ?? proposal;
  if (answer.state === 'recorded' || answer.state === 'enough') await record(proposal, approval, context);
  if (answer.state === 'enough') await carryOut(interaction, now, asking);
  else if (answer.state === 'already' && answer.have >= answer.need) await carryOutAgain(interaction, now, asking);
  else if (answer.state === 'recorded') await interaction.editReply(toMessage(planCard(now)));
  else await refuse(interaction, now, answer);
}

async function carryOut(interaction: Pressed, proposal: Proposal, asking: Asking): Promise<void> {
  await interaction.editReply(toMessage(startingCard(proposal, asking.context.clock.now())));
  await answerAcknowledged(interaction, { ...asking, kind: 'carry-out', payload: payloadOf(interaction, proposal) });
}

/** Enough people had approved before. Where the bot ended before it could tell a worker, this does; else the worker refuses, which is told quietly. */
async function carryOutAgain(interaction: Pressed, proposal: Proposal, { context, signal }: Asking): Promise<void> {
  const jobId = await context.jobs.submit('carry-out', payloadOf(interaction, proposal));
  const outcome = await context.jobs.outcome(jobId, signal);
  if (!outcome.ok) await answerQuietly(interaction, failureCard('It is approved already', outcome.failure));
}

function payloadOf({ channelId: channel, message }: Pressed, { id }: Proposal): object {
  return channel === null || message === null ? { proposal: id } : { proposal: id, shownIn: { channel, message: message.id } };
}

async function refuse(interaction: Pressed, proposal: Proposal, { state, have, need }: ApprovalAnswer): Promise<void> {
  if (state === 'already') {
    const missing = need - have;
    const who = roleForGoal(proposal.plan.goal);
    await answerQuietly(
      interaction,
      refusalCard(`You have approved this already. It needs ${missing === 1 ? `one more ${who}` : `${missing} more of the role ${who}`}.`),
    );
    return;
  }
  const why = WHY[state] ?? 'This plan is no longer kept. Nothing was changed.';
  await interaction.editReply(toMessage(closedPlanCard(proposal, why)));
  await answerQuietly(interaction, refusalCard(why));
}

const WHY: Readonly<Record<string, string>> = {
  expired: 'This plan has expired. Nothing was changed. Ask again for a fresh one.',
  cancelled: 'This plan was cancelled. Nothing was changed.',
};

/** Notes who approved. A record that cannot be kept does not undo the approval, which is signed and kept elsewhere. */
async function record({ id, plan }: Proposal, { user, at }: { user: string; at: number }, context: BotContext): Promise<void> {
  try {
    const entry = {
      at,
      who: user,
      what: 'approve',
      change: id,
      goal: plan.goal,
      planHash: plan.hash,
      detail: plan.title,
      result: 'ok',
    } as const;
    await changesOf(context).audit.add(entry);
  } catch (error) {
    context.log.warn({ component: 'bot', change: id, why: toFailure(error).message }, 'an approval could not be put on record');
  }
}
