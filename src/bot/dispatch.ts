import {
  DiscordAPIError,
  HTTPError,
  RateLimitError,
  RESTJSONErrorCodes,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Interaction,
  type ModalSubmitInteraction,
  type RepliableInteraction,
} from 'discord.js';
import type { Role } from '../actions/action.ts';
import { withDeadline } from '../core/abort.ts';
import { toFailure } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { refusal } from './access.ts';
import { answerQuietly } from './acknowledge.ts';
import { choicesFor } from './choices.ts';
import type { Asking, BotButton, BotModal } from './command.ts';
import { readCustomId } from './custom-id.ts';
import { discordError, isCode } from './discord-error.ts';
import { personOf } from './person.ts';
import { failureCard, refusalCard } from './render/failure.ts';

/** Redis gets so long to say whether another bot answers, in milliseconds: Discord waits three seconds in all. */
const CLAIM_MS = 500;

export interface DispatchOptions extends Asking {
  readonly buttons: readonly BotButton[];
  readonly modals: readonly BotModal[];
}

/**
 * Answers one interaction, whatever it is and whatever goes wrong: who may is checked first, every path ends with one answer, and nothing is thrown.
 */
export async function dispatch(interaction: Interaction, options: DispatchOptions): Promise<void> {
  const log = options.context.log.child({ component: 'bot', interaction: interaction.id, user: interaction.user.id });
  try {
    if (options.signal.aborted || !(await isOurs(interaction, options))) return;
    if (interaction.isAutocomplete()) await complete(interaction, options);
    else if (interaction.isChatInputCommand()) await runCommand(interaction, options);
    else if (interaction.isButton()) await runPressed(interaction, options.buttons, options);
    else if (interaction.isModalSubmit()) await runPressed(interaction, options.modals, options);
    else if (interaction.isRepliable())
      await answerQuietly(interaction, refusalCard('This is nothing that meshwarden knows. `/mesh help` lists what you can ask.'));
  } catch (error) {
    if (options.signal.aborted) return;
    await onFailure(interaction, error, log);
  }
}

/** False where another bot answers. Without Redis everybody answers: Discord takes the first. */
async function isOurs({ id }: Interaction, { context: { claims, clock, log } }: DispatchOptions): Promise<boolean> {
  try {
    return await withDeadline(clock, CLAIM_MS, 'Claiming an interaction', () => claims.take(id));
  } catch (error) {
    log.debug({ component: 'bot', err: error }, 'an interaction could not be claimed; it is answered all the same');
    return true;
  }
}

async function runCommand(interaction: ChatInputCommandInteraction, options: DispatchOptions): Promise<void> {
  const name = interaction.commandName === 'mesh' ? interaction.options.getSubcommand(false) : null;
  const command = options.commands.find((known) => known.name === name);
  if (command === undefined) {
    await answerQuietly(interaction, refusalCard('meshwarden does not know this command any more. `/mesh help` lists what you can ask.'));
    return;
  }
  if (await isRefused(interaction, command.role, options)) return;
  await command.execute(interaction, options);
}

interface Handler<Pressed> {
  readonly name: string;
  readonly role: Role;
  execute(interaction: Pressed, args: readonly string[], asking: Asking): Promise<void>;
}

/** A button or a form: whichever of `handlers` the custom id names. */
async function runPressed<Pressed extends ButtonInteraction | ModalSubmitInteraction>(
  interaction: Pressed,
  handlers: readonly Handler<Pressed>[],
  options: DispatchOptions,
): Promise<void> {
  const ref = readCustomId(interaction.customId);
  const handler = handlers.find((known) => known.name === ref?.name);
  if (ref === undefined || handler === undefined) {
    await answerQuietly(
      interaction,
      refusalCard('This button is of an earlier version of meshwarden. Run `/mesh status` for a fresh card.'),
    );
    return;
  }
  if (await isRefused(interaction, handler.role, options)) return;
  await handler.execute(interaction, ref.args, options);
}

async function complete(interaction: AutocompleteInteraction, { commands, context }: DispatchOptions): Promise<void> {
  const command = commands.find((known) => known.name === interaction.options.getSubcommand(false));
  const focused = interaction.options.getFocused(true);
  const option = command?.options.find((known) => known.name === focused.name);
  const allowed = command !== undefined && option !== undefined && whyNot(interaction, command.role, { context }) === undefined;
  await interaction.respond(allowed ? await choicesFor(option, focused.value, context) : []);
}

async function isRefused(interaction: RepliableInteraction, needed: Role, options: DispatchOptions): Promise<boolean> {
  const why = whyNot(interaction, needed, options);
  if (why === undefined) return false;
  await answerQuietly(interaction, refusalCard(why));
  return true;
}

function whyNot(interaction: Interaction, needed: Role, { context }: Pick<DispatchOptions, 'context'>): string | undefined {
  if (interaction.guildId !== context.access.guild) return 'meshwarden answers only in the server of its configuration.';
  return refusal(personOf(interaction), needed, context.access);
}

/** Tells the person what failed, where there is still a way to. Discord answers 10062 when they were told "did not respond" already. */
async function onFailure(interaction: Interaction, error: unknown, log: Logger): Promise<void> {
  if (isCode(error, RESTJSONErrorCodes.UnknownInteraction)) {
    log.info({}, 'Discord had given up on an interaction before it was answered');
    return;
  }
  const failure = toFailure(isOfDiscord(error) ? discordError(error) : error);
  log.warn({ reason: failure.reason, why: failure.message }, 'an interaction failed');
  if (!interaction.isRepliable()) return;
  try {
    await answerQuietly(interaction, failureCard('That did not work', failure));
  } catch (second) {
    log.warn({ why: discordError(second).message }, 'a failure could not be told');
  }
}

function isOfDiscord(error: unknown): boolean {
  return [DiscordAPIError, HTTPError, RateLimitError].some((kind) => error instanceof kind);
}
