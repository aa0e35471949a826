import { probeLink } from '../../actions/probe-link.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

export const probeCommand: BotCommand = {
  name: 'probe',
  describe: 'Measure the way to a cluster, layer by layer',
  role: probeLink.role,
  options: [
    { name: 'from', describe: 'Where it is measured from', required: true, from: 'vantages' },
    { name: 'to', describe: 'Which cluster', required: true, from: 'clusters' },
  ],
  async execute(interaction, asking) {
    const { options } = interaction;
    const payload = { from: options.getString('from', true), to: options.getString('to', true) };
    await answerCommand(interaction, { ...asking, kind: 'probe', payload });
  },
};
