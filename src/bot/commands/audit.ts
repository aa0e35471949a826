import { auditLog } from '../../actions/audit-log.ts';
import { answerForOne } from '../answers.ts';
import type { BotCommand } from '../command.ts';

const USUAL = 10;
const MOST = 25;

export const auditCommand: BotCommand = {
  name: 'audit',
  describe: 'Who did what, for your eyes',
  role: auditLog.role,
  options: [{ name: 'count', describe: `How many, ${USUAL} unless told`, required: false, from: 'count', max: MOST }],
  async execute(interaction, asking) {
    const limit = Math.min(interaction.options.getInteger('count') ?? USUAL, MOST);
    await answerForOne(interaction, { ...asking, kind: 'audit', payload: { limit } });
  },
};
