import { toFailure } from '../../core/errors.ts';
import { acknowledgeUpdate, answerQuietly } from '../acknowledge.ts';
import { toMessage } from '../card.ts';
import { changesOf } from '../change-ports.ts';
import type { BotButton } from '../command.ts';
import { proposalOf } from '../proposal.ts';
import { refusalCard } from '../render/failure.ts';
import { personText } from '../render/person.ts';
import { closedPlanCard } from '../render/plan.ts';

/** Takes a plan back that was not approved yet. Any operator may: nothing is changed by it. */
export const cancelButton: BotButton = {
  name: 'cancel',
  role: 'operator',
  async execute(interaction, [id], { context }) {
    await acknowledgeUpdate(interaction);
    const proposal = await proposalOf(id, context);
    const { proposals, audit } = changesOf(context);
    if (!(await proposals.cancel(proposal.id))) {
      await answerQuietly(interaction, refusalCard('It is approved already. Press Abort on the card, or run `/mesh rotation`.'));
      return;
    }
    const who = interaction.user.id;
    await interaction.editReply(toMessage(closedPlanCard(proposal, `Cancelled by ${personText(who)}. Nothing was changed.`)));
    const { goal, hash: planHash, title: detail } = proposal.plan;
    await audit
      .add({ at: context.clock.now(), who, what: 'cancel', change: proposal.id, goal, planHash, detail, result: 'ok' })
      .catch((error: unknown) =>
        context.log.warn({ component: 'bot', why: toFailure(error).message }, 'a cancelled plan could not be put on record'),
      );
  },
};
