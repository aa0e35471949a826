import { acknowledge, answerQuietly } from '../acknowledge.ts';
import type { BotButton } from '../command.ts';
import { pressedIncident } from '../incidents/read.ts';
import { commandsCard } from '../render/commands.ts';

/** What confirms the cause of an alert by hand, for whoever pressed. */
export const showcommandsButton: BotButton = {
  name: 'showcommands',
  role: 'viewer',
  async execute(interaction, args, { context }) {
    await acknowledge(interaction, 'byOne');
    await answerQuietly(interaction, commandsCard(await pressedIncident(args, context)));
  },
};
