import { MessageFlags } from 'discord.js';
import { meshCerts } from '../../actions/mesh-certs.ts';
import { cardFor } from '../answers.ts';
import { toMessage } from '../card.ts';
import type { BotButton } from '../command.ts';

/** The certificates, for whoever pressed; the notice under which the button stands stays as it is. */
export const certsButton: BotButton = {
  name: 'certs',
  role: meshCerts.role,
  async execute(interaction, _args, { context, signal }) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const jobId = await context.jobs.submit('mesh-certs', {});
    const outcome = await context.jobs.outcome(jobId, signal);
    await interaction.editReply(toMessage(cardFor('mesh-certs', jobId, outcome, context.clock.now())));
  },
};
