import { z } from 'zod';
import { withDeadline } from '../../core/abort.ts';
import { answerQuietly } from '../acknowledge.ts';
import { approve } from '../approve.ts';
import { changesOf } from '../change-ports.ts';
import type { BotModal } from '../command.ts';
import { personOf } from '../person.ts';
import { proposalOf, whyNotApprove } from '../proposal.ts';
import { refusalCard } from '../render/failure.ts';

const Code = z.string().regex(/^\d{6,8}$/);
const CHECK_MS = 1_000;

/** The code of an authenticator that belongs to an approval. */
export const codeModal: BotModal = {
  name: 'code',
  role: 'operator',
  async execute(interaction, [id], asking) {
    const { context } = asking;
    const proposal = await proposalOf(id, context);
    const why = whyNotApprove(proposal, personOf(interaction), context);
    if (why !== undefined) return answerQuietly(interaction, refusalCard(why));
    const code = Code.safeParse(interaction.fields.getTextInputValue('code').replaceAll(' ', ''));
    const { proposals } = changesOf(context);
    const isRight =
      code.success &&
      (await withDeadline(context.clock, CHECK_MS, 'Checking the code', () =>
        proposals.secondFactor(proposal.id, interaction.user.id, code.data),
      ));
    if (isRight) return approve(interaction, proposal, asking);
    return answerQuietly(
      interaction,
      refusalCard(
        `This code is not good. Wait for the next one and press Approve again, or run \`meshwarden approve ${proposal.id}\` on the host.`,
      ),
    );
  },
};
