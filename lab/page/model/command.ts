/** The registered slash commands as one flat list: a command, a subcommand or a subcommand of a group is one entry. */
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
} from 'discord-api-types/v10';

/** An option that takes a value: everything but subcommands and their groups. */
export type CommandOption = APIApplicationCommandBasicOption;

export interface CommandView {
  /** The words: `['mesh', 'status']`. */
  readonly path: readonly string[];
  /** The words joined: `mesh status`. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly CommandOption[];
}

/** In alphabetical order, as Discord lists them. */
export function flattenCommands(commands: readonly APIApplicationCommand[]): CommandView[] {
  return commands
    .filter((command) => command.type === ApplicationCommandType.ChatInput)
    .flatMap((command) => flatten([command.name], command.description, command.options ?? []))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

function flatten(path: readonly string[], description: string, options: readonly APIApplicationCommandOption[]): CommandView[] {
  const values: CommandOption[] = [];
  const below: CommandView[] = [];
  for (const option of options) {
    if (option.type === ApplicationCommandOptionType.Subcommand || option.type === ApplicationCommandOptionType.SubcommandGroup)
      below.push(...flatten([...path, option.name], option.description, option.options ?? []));
    else values.push(option);
  }
  return below.length > 0 ? below : [{ path, name: path.join(' '), description, options: values }];
}
