import { unsilenceAlert } from '../../actions/unsilence-alert.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

export const unsilenceCommand: BotCommand = {
  name: 'unsilence',
  describe: 'End a silence before its time',
  role: unsilenceAlert.role,
  options: [{ name: 'id', describe: 'Which silence', required: true, from: 'silences' }],
  async execute(interaction, asking) {
    const payload = { id: interaction.options.getString('id', true), by: interaction.user.id };
    await answerCommand(interaction, { ...asking, kind: 'unsilence', payload });
  },
};
