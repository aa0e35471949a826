import { listAlerts } from '../../actions/list-alerts.ts';
import { answerCommand } from '../answers.ts';
import type { BotCommand } from '../command.ts';

/** More of each kind fit no card. */
const LISTED = 10;

export const alertsCommand: BotCommand = {
  name: 'alerts',
  describe: 'What is open, acknowledged, silenced, and what was',
  role: listAlerts.role,
  options: [],
  async execute(interaction, asking) {
    await answerCommand(interaction, { ...asking, kind: 'alerts', payload: { limit: LISTED } });
  },
};
