import { answerForOne } from '../answers.ts';
import type { BotButton } from '../command.ts';

/** What is under way, for whoever pressed. */
export const rotationButton: BotButton = {
  name: 'rotation',
  role: 'viewer',
  async execute(interaction, _args, asking) {
    await answerForOne(interaction, { ...asking, kind: 'rotation', payload: {} });
  },
};
