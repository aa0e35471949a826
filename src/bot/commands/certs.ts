import { meshCerts } from '../../actions/mesh-certs.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

export const certsCommand: BotCommand = {
  name: 'certs',
  describe: 'What is signed by whom, until when, and what renews next',
  role: meshCerts.role,
  options: [],
  async execute(interaction, asking) {
    await answerCommand(interaction, { ...asking, kind: 'mesh-certs', payload: {} });
  },
};
