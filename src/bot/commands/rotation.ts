import { listChanges } from '../../actions/list-changes.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

export const rotationCommand: BotCommand = {
  name: 'rotation',
  describe: 'What is under way: pause, resume, abort',
  role: listChanges.role,
  options: [],
  async execute(interaction, asking) {
    await answerCommand(interaction, { ...asking, kind: 'rotation', payload: {} });
  },
};
