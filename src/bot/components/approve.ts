import { LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { answerQuietly } from '../acknowledge.ts';
import { approve } from '../approve.ts';
import { cut } from '../card.ts';
import type { Proposal } from '../change-ports.ts';
import type { BotButton } from '../command.ts';
import { customId } from '../custom-id.ts';
import { personOf } from '../person.ts';
import { proposalOf, whyNotApprove } from '../proposal.ts';
import { refusalCard } from '../render/failure.ts';

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal */
const LONGEST_TITLE = 45;

/** Approves a plan; where it needs a second factor, a form asks for the code first. */
export const approveButton: BotButton = {
  name: 'approve',
  role: 'operator',
  async execute(interaction, [id], asking) {
    const proposal = await proposalOf(id, asking.context);
    const why = whyNotApprove(proposal, personOf(interaction), asking.context);
    if (why !== undefined) await answerQuietly(interaction, refusalCard(why));
    else if (!proposal.secondFactor) await approve(interaction, proposal, asking);
    else await interaction.showModal(codeForm(proposal));
  },
};

/** What is asked for before an approval that takes more than a press. */
function codeForm({ id, plan }: Pick<Proposal, 'id' | 'plan'>): ModalBuilder {
  const code = new TextInputBuilder().setCustomId('code').setStyle(TextInputStyle.Short).setMinLength(6).setMaxLength(8).setRequired(true);
  const label = new LabelBuilder()
    .setLabel('Code of your authenticator')
    .setDescription(`Without one: run meshwarden approve ${id} on the host.`)
    .setTextInputComponent(code);
  return new ModalBuilder().setCustomId(customId('code', id)).setTitle(cut(plan.title, LONGEST_TITLE)).addLabelComponents(label);
}
