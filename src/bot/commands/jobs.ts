import { listChanges } from '../../actions/list-changes.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

export const jobsCommand: BotCommand = {
  name: 'jobs',
  describe: 'What runs, what is held back, which backups there are',
  role: listChanges.role,
  options: [],
  async execute(interaction, asking) {
    await answerCommand(interaction, { ...asking, kind: 'jobs', payload: {} });
  },
};
