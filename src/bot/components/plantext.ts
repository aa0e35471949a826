import { acknowledge } from '../acknowledge.ts';
import type { BotButton } from '../command.ts';
import { proposalOf } from '../proposal.ts';
import { planText } from '../render/plan.ts';
import { answerWithText } from '../text-answer.ts';

/** The whole plan as text, for whoever pressed. */
export const plantextButton: BotButton = {
  name: 'plantext',
  role: 'viewer',
  async execute(interaction, [id], { context }) {
    await acknowledge(interaction, 'byOne');
    const proposal = await proposalOf(id, context);
    await answerWithText(interaction, planText(proposal), { name: `plan-${proposal.id}.txt`, description: 'The whole plan' });
  },
};
