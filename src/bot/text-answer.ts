import { AttachmentBuilder, ComponentType, MessageFlags, type ButtonInteraction } from 'discord.js';
import { cut } from './card.ts';

/** What is shown of it at once; the file has the rest. */
const SHOWN = 3_500;

/** Answers with text that is shown as it is, and once more as a file. The interaction has been acknowledged. */
export async function answerWithText(
  interaction: ButtonInteraction,
  text: string,
  file: { readonly name: string; readonly description: string },
): Promise<void> {
  const shown = text.length > SHOWN ? `${cut(text, SHOWN)}\n…` : text;
  await interaction.editReply({
    flags: MessageFlags.IsComponentsV2,
    components: [
      { type: ComponentType.TextDisplay, content: `\`\`\`\n${shown.replaceAll('```', "'''")}\n\`\`\`` },
      { type: ComponentType.File, file: { url: `attachment://${file.name}` } },
    ],
    files: [new AttachmentBuilder(Buffer.from(text), file)],
    allowedMentions: { parse: [] },
  });
}
