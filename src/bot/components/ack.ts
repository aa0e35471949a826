import { ackAlert } from '../../actions/ack-alert.ts';
import { HOUR } from '../../core/duration.ts';
import { answerForOne } from '../answers.ts';
import type { BotButton } from '../command.ts';
import { incidentIdOf } from '../incidents/ref.ts';

/** Takes an alert for an hour. The card says so by itself; whoever pressed is answered quietly. */
export const ackButton: BotButton = {
  name: 'ack',
  role: ackAlert.role,
  async execute(interaction, args, asking) {
    const payload = { incident: incidentIdOf(args), by: interaction.user.id, forMs: HOUR };
    await answerForOne(interaction, { ...asking, kind: 'ack', payload });
  },
};

/** Gives it back. */
export const unackButton: BotButton = {
  name: 'unack',
  role: ackAlert.role,
  async execute(interaction, args, asking) {
    const payload = { incident: incidentIdOf(args), by: interaction.user.id, undo: true };
    await answerForOne(interaction, { ...asking, kind: 'ack', payload });
  },
};
