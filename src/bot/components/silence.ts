import { LabelBuilder, ModalBuilder, StringSelectMenuBuilder, TextInputBuilder, TextInputStyle } from 'discord.js';
import { silenceAlert } from '../../actions/silence-alert.ts';
import type { BotButton } from '../command.ts';
import { customId } from '../custom-id.ts';
import { incidentIdOf } from '../incidents/ref.ts';
import { LONGEST_REASON, SILENCE_LENGTHS } from '../silence-lengths.ts';

/** Asks for how long and why. The form is the first answer, so nothing is read before it. */
export const silenceButton: BotButton = {
  name: 'silence',
  role: silenceAlert.role,
  async execute(interaction, args) {
    await interaction.showModal(silenceForm(incidentIdOf(args)));
  },
};

function silenceForm(id: string): ModalBuilder {
  const options = SILENCE_LENGTHS.map(({ label, value }) => ({ label, value }));
  const length = new StringSelectMenuBuilder()
    .setCustomId('length')
    .setPlaceholder('From 1 hour to 7 days')
    .addOptions(options)
    .setRequired(true);
  const reason = new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short).setMaxLength(LONGEST_REASON).setRequired(true);
  return new ModalBuilder()
    .setCustomId(customId('silence', id))
    .setTitle('Silence this alert')
    .addLabelComponents(
      new LabelBuilder()
        .setLabel('For how long')
        .setDescription('It ends by itself, or sooner with /mesh unsilence.')
        .setStringSelectMenuComponent(length),
      new LabelBuilder().setLabel('Why').setDescription('Everybody reads it on the card.').setTextInputComponent(reason),
    );
}
