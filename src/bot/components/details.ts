import { AttachmentBuilder, ComponentType, MessageFlags } from 'discord.js';
import { z } from 'zod';
import { meshStatus } from '../../actions/mesh-status.ts';
import { OperatorError } from '../../core/errors.ts';
import { acknowledge } from '../acknowledge.ts';
import { cut } from '../card.ts';
import type { BotButton } from '../command.ts';
import { detailsText } from '../render/details.ts';
import { isStatus } from '../results.ts';

const JobId = z.string().regex(/^[\w.-]{1,80}$/);
const FILE = 'mesh-status.txt';
/** What is shown of it at once; the file has the rest. */
const SHOWN = 3_500;

/** Everything that stands behind a status card, for whoever pressed. */
export const detailsButton: BotButton = {
  name: 'details',
  role: meshStatus.role,
  async execute(interaction, [jobId], { context }) {
    await acknowledge(interaction, 'byOne');
    const id = JobId.safeParse(jobId);
    const outcome = id.success ? await context.jobs.result(id.data) : undefined;
    if (outcome?.ok !== true || !isStatus(outcome.value)) throw tooOld();
    const text = detailsText(outcome.value);
    const shown = text.length > SHOWN ? `${cut(text, SHOWN)}\n…` : text;
    await interaction.editReply({
      flags: MessageFlags.IsComponentsV2,
      components: [
        { type: ComponentType.TextDisplay, content: `\`\`\`\n${shown.replaceAll('```', "'''")}\n\`\`\`` },
        { type: ComponentType.File, file: { url: `attachment://${FILE}` } },
      ],
      files: [new AttachmentBuilder(Buffer.from(text), { name: FILE, description: 'Everything behind this status' })],
      allowedMentions: { parse: [] },
    });
  },
};

function tooOld(): OperatorError {
  return new OperatorError({
    reason: 'notFound',
    what: 'The details of this card are no longer kept',
    why: 'they are kept for an hour',
    next: 'Press Re-check and then Details.',
  });
}
