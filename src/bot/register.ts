import {
  ApplicationCommandOptionType,
  Routes,
  type APIApplicationCommandBasicOption,
  type RESTPutAPIApplicationGuildCommandsJSONBody,
} from 'discord-api-types/v10';
import type { REST } from 'discord.js';
import type { BotCommand, CommandOption } from './command.ts';
import { COMMANDS } from './commands/index.ts';

/** Tells Discord of the commands, only where it does not know them already: a guild takes 200 new ones a day. */
export async function registerCommands(rest: REST, application: string, guild: string): Promise<'registered' | 'unchanged'> {
  const route = Routes.applicationGuildCommands(application, guild);
  const wanted = commandBody(COMMANDS);
  if (isRegistered(wanted, await rest.get(route))) return 'unchanged';
  await rest.put(route, { body: wanted });
  return 'registered';
}

/** `/mesh` as Discord is told of it. Whoever may use the guild's commands sees it; what they may do is checked at every use. */
export function commandBody(commands: readonly BotCommand[]): RESTPutAPIApplicationGuildCommandsJSONBody {
  return [
    {
      name: 'mesh',
      description: 'The Istio mesh: status, alerts, certificates and their rotation, help',
      options: commands.map(({ name, describe, options }) => ({
        type: ApplicationCommandOptionType.Subcommand,
        name,
        description: describe,
        options: options.map((option) => optionBody(option)),
      })),
    },
  ];
}

function optionBody(option: CommandOption): APIApplicationCommandBasicOption {
  const { name, describe: description, required } = option;
  const common = { name, description, required };
  switch (option.from) {
    case 'flag':
      return { ...common, type: ApplicationCommandOptionType.Boolean };
    case 'count':
      return { ...common, type: ApplicationCommandOptionType.Integer, min_value: 1, max_value: option.max };
    case 'choices':
      return { ...common, type: ApplicationCommandOptionType.String, choices: option.choices.map((value) => ({ name: value, value })) };
    case 'text':
      return { ...common, type: ApplicationCommandOptionType.String, max_length: 253 };
    default:
      return { ...common, type: ApplicationCommandOptionType.String, autocomplete: true };
  }
}

/** True where what is registered already says all of what it should. Discord adds fields of its own and leaves out defaults; those do not count. */
export function isRegistered(wanted: unknown, registered: unknown): boolean {
  if (Array.isArray(wanted)) {
    const there = Array.isArray(registered) ? registered : [];
    return wanted.length === there.length && wanted.every((item, index) => isRegistered(item, there[index]));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const there: Record<string, unknown> = typeof registered === 'object' && registered !== null ? { ...registered } : {};
    return Object.entries(wanted).every(([key, value]) => isDefault(value, there[key]) || isRegistered(value, there[key]));
  }
  return wanted === registered;
}

function isDefault(wanted: unknown, registered: unknown): boolean {
  return registered === undefined && (wanted === false || (Array.isArray(wanted) && wanted.length === 0));
}
