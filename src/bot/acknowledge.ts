import {
  MessageFlags,
  RESTJSONErrorCodes,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type ModalSubmitInteraction,
  type RepliableInteraction,
} from 'discord.js';
import { toMessage, type Card } from './card.ts';
import { isCode } from './discord-error.ts';

/** Tells Discord that an answer comes, and gives the id of its message. Everything that may take long happens after this. */
export async function acknowledge(
  interaction: ButtonInteraction | ChatInputCommandInteraction | ModalSubmitInteraction,
  seen: 'byAll' | 'byOne',
): Promise<string> {
  const flags = seen === 'byOne' ? ({ flags: MessageFlags.Ephemeral } as const) : {};
  const response = await once(interaction, () => interaction.deferReply({ ...flags, withResponse: true }));
  return response?.resource?.message?.id ?? (await interaction.fetchReply()).id;
}

/** A button that was pressed, or the form that it had opened. */
export type Pressed = ButtonInteraction | ModalSubmitInteraction;

/** The same where the message is changed whose button was pressed. */
export async function acknowledgeUpdate(interaction: Pressed): Promise<void> {
  await once<unknown>(interaction, () => interaction.deferUpdate());
}

/** Discord may take an acknowledgement and answer with an error all the same; the repeat is then told that it was done already. */
async function once<T>(interaction: RepliableInteraction, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) throw error;
    interaction.deferred = true;
    return undefined;
  }
}

/** A card that only the person who asked can see: the answer, or one more message where there is an answer already. */
export async function answerQuietly(interaction: RepliableInteraction, card: Card): Promise<void> {
  const body = toMessage(card);
  const quiet = { ...body, flags: body.flags | MessageFlags.Ephemeral };
  if (interaction.deferred && interaction.ephemeral === true) await interaction.editReply(body);
  else if (interaction.deferred || interaction.replied) await interaction.followUp(quiet);
  else await once(interaction, () => interaction.reply(quiet));
}
