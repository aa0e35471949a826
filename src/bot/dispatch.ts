import {
  DiscordAPIError,
  MessageFlags,
  RESTJSONErrorCodes,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  type RepliableInteraction,
} from 'discord.js';
import type { Role } from '../actions/action.ts';
import { toFailure } from '../core/errors.ts';
import { refusal } from './access.ts';
import { toMessage, type Card } from './card.ts';
import type { Asking, BotButton } from './command.ts';
import { readCustomId } from './custom-id.ts';
import { discordError } from './live-message.ts';
import { personOf } from './person.ts';
import { failureCard, refusalCard } from './render/failure.ts';

/** Discord shows at most this many choices. */
const MAX_CHOICES = 25;

export interface DispatchOptions extends Asking {
  readonly buttons: readonly BotButton[];
}

/**
 * Answers one interaction, whatever it is and whatever goes wrong: who may is checked first, every path ends with one answer, and nothing is thrown.
 */
export async function dispatch(interaction: Interaction, options: DispatchOptions): Promise<void> {
  const log = options.context.log.child({ component: 'bot', interaction: interaction.id, user: interaction.user.id });
  try {
    if (interaction.isAutocomplete()) await complete(interaction, options);
    else if (interaction.isChatInputCommand()) await runCommand(interaction, options);
    else if (interaction.isButton()) await runButton(interaction, options);
    else if (interaction.isRepliable())
      await quietly(interaction, refusalCard('This is nothing that meshwarden knows. `/mesh help` lists what you can ask.'));
  } catch (error) {
    if (options.signal.aborted) return;
    const failure = toFailure(error instanceof DiscordAPIError ? discordError(error) : error);
    log.warn({ reason: failure.reason, why: failure.message }, 'an interaction failed');
    await tellFailure(interaction, error, options);
  }
}

async function runCommand(interaction: ChatInputCommandInteraction, options: DispatchOptions): Promise<void> {
  const name = interaction.commandName === 'mesh' ? interaction.options.getSubcommand(false) : null;
  const command = options.commands.find((known) => known.name === name);
  if (command === undefined) {
    await quietly(interaction, refusalCard('meshwarden does not know this command any more. `/mesh help` lists what you can ask.'));
    return;
  }
  if (await isRefused(interaction, command.role, options)) return;
  await command.execute(interaction, options);
}

async function runButton(interaction: ButtonInteraction, options: DispatchOptions): Promise<void> {
  const ref = readCustomId(interaction.customId);
  const button = options.buttons.find((known) => known.name === ref?.name);
  if (ref === undefined || button === undefined) {
    await quietly(interaction, refusalCard('This button is of an earlier version of meshwarden. Run `/mesh status` for a fresh card.'));
    return;
  }
  if (await isRefused(interaction, button.role, options)) return;
  await button.execute(interaction, ref.args, options);
}

async function complete(interaction: AutocompleteInteraction, { commands, context }: DispatchOptions): Promise<void> {
  const command = commands.find((known) => known.name === interaction.options.getSubcommand(false));
  const focused = interaction.options.getFocused(true);
  const option = command?.options.find((known) => known.name === focused.name);
  const allowed = command !== undefined && option !== undefined && whyNot(interaction, command.role, { context }) === undefined;
  const typed = focused.value.toLowerCase();
  const choices = allowed ? context.clusters.filter((name) => name.toLowerCase().includes(typed)) : [];
  await interaction.respond(choices.slice(0, MAX_CHOICES).map((name) => ({ name, value: name })));
}

async function isRefused(interaction: RepliableInteraction, needed: Role, options: DispatchOptions): Promise<boolean> {
  const why = whyNot(interaction, needed, options);
  if (why === undefined) return false;
  await quietly(interaction, refusalCard(why));
  return true;
}

function whyNot(interaction: Interaction, needed: Role, { context }: Pick<DispatchOptions, 'context'>): string | undefined {
  if (interaction.guildId !== context.access.guild) return 'meshwarden answers only in the server of its configuration.';
  return refusal(personOf(interaction), needed, context.access);
}

async function quietly(interaction: RepliableInteraction, card: Card): Promise<void> {
  const body = toMessage(card);
  await interaction.reply({ ...body, flags: body.flags | MessageFlags.Ephemeral });
}

/** Tells the person what failed, where there is still a way to. Discord answers 10062 when they were told "did not respond" already. */
async function tellFailure(interaction: Interaction, error: unknown, { context }: DispatchOptions): Promise<void> {
  if (!interaction.isRepliable()) return;
  if (error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.UnknownInteraction) return;
  const body = toMessage(failureCard('That did not work', toFailure(error)));
  try {
    if (interaction.deferred) await interaction.editReply(body);
    else if (interaction.replied) await interaction.followUp({ ...body, flags: body.flags | MessageFlags.Ephemeral });
    else await interaction.reply({ ...body, flags: body.flags | MessageFlags.Ephemeral });
  } catch (second) {
    context.log.warn({ component: 'bot', why: discordError(second).message }, 'a failure could not be told');
  }
}
