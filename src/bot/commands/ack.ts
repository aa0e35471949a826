import { ackAlert } from '../../actions/ack-alert.ts';
import { HOUR } from '../../core/duration.ts';
import { answerForOne } from '../answers.ts';
import type { BotCommand } from '../command.ts';

const MOST_HOURS = 72;

export const ackCommand: BotCommand = {
  name: 'ack',
  describe: 'Take an alert: you have it in hand',
  role: ackAlert.role,
  options: [
    { name: 'incident', describe: 'Which alert', required: true, from: 'incidents' },
    { name: 'hours', describe: 'After how many hours you are asked again', required: false, from: 'count', max: MOST_HOURS },
  ],
  async execute(interaction, asking) {
    const hours = interaction.options.getInteger('hours');
    const incident = interaction.options.getString('incident', true);
    const payload = { incident, by: interaction.user.id, ...(hours === null ? {} : { forMs: hours * HOUR }) };
    await answerForOne(interaction, { ...asking, kind: 'ack', payload });
  },
};
