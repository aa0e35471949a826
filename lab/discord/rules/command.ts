/** Discord's rules for commands. https://docs.discord.com/developers/interactions/application-commands */
import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import { characters } from '../characters.ts';
import { Form } from '../refusal.ts';

export interface CommandPayload {
  readonly name: string;
  readonly type?: number;
  readonly description?: string;
  readonly options?: readonly APIApplicationCommandOption[];
  readonly default_member_permissions?: string | number | null;
}

type Path = readonly (string | number)[];
type Loose = APIApplicationCommandOption & {
  readonly options?: readonly APIApplicationCommandOption[];
  readonly choices?: readonly { readonly name: string; readonly value: string | number }[];
  readonly autocomplete?: boolean;
};

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const MAX_COMMANDS = 100;
const MAX_OPTIONS = 25;
const MAX_CHOICES = 25;
/** Of all names, descriptions and choices of one command together. */
const MAX_CHARACTERS = 8000;

/** Refuses a whole set as a bulk overwrite does: every fault, by the command's number. */
export function checkCommandSet(commands: readonly CommandPayload[]): void {
  const form = new Form();
  if (commands.length > MAX_COMMANDS) form.add([], 'MAX_COMMANDS', `Must be ${MAX_COMMANDS} or fewer in length.`);
  commands.forEach((command, index) => checkOne(form, [index], command));
  unique(form, [], commands, 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
  form.done();
}

export function checkCommand(command: CommandPayload): void {
  const form = new Form();
  checkOne(form, [], command);
  form.done();
}

function checkOne(form: Form, at: Path, command: CommandPayload): void {
  name(form, [...at, 'name'], command.name);
  description(form, [...at, 'description'], command.description);
  options(form, [...at, 'options'], command.options ?? [], 0);
  if (size(command) > MAX_CHARACTERS) {
    form.add(at, 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_CHARACTERS})`);
  }
}

function name(form: Form, at: Path, value: string): void {
  if (NAME.test(value) && value === value.toLowerCase()) return;
  form.add(at, 'APPLICATION_COMMAND_INVALID_NAME', `Command name is invalid: ${value}`);
}

function description(form: Form, at: Path, value: string | undefined): void {
  const length = characters(value);
  if (length < 1 || length > 100) form.add(at, 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
}

function options(form: Form, at: Path, given: readonly Loose[], depth: number): void {
  if (given.length > MAX_OPTIONS) form.add(at, 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_OPTIONS} or fewer in length.`);
  unique(form, at, given, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', 'Option name already exists');
  const groups = given.filter(isGroup).length;
  if (groups > 0 && groups < given.length) {
    form.add(
      at,
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Sub-command and sub-command group option types are mutually exclusive to all other types',
    );
  }
  let optionalSeen = false;
  given.forEach((option, index) => {
    checkOption(form, [...at, index], option, depth);
    if (option.required === true && optionalSeen) {
      form.add(
        [...at, index],
        'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
        'Required options must be placed before non-required options',
      );
    }
    if (option.required !== true && !isGroup(option)) optionalSeen = true;
  });
}

function checkOption(form: Form, at: Path, option: Loose, depth: number): void {
  name(form, [...at, 'name'], option.name);
  description(form, [...at, 'description'], option.description);
  const tooDeep = option.type === ApplicationCommandOptionType.SubcommandGroup ? depth > 0 : isGroup(option) && depth > 1;
  if (tooDeep) form.add([...at, 'type'], 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Sub-commands can be nested in one group only');
  const choices = option.choices ?? [];
  if (choices.length > MAX_CHOICES) form.add([...at, 'choices'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_CHOICES} or fewer in length.`);
  unique(form, [...at, 'choices'], choices, 'APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS', 'Choice name already exists');
  choices.forEach((choice, index) => form.max([...at, 'choices', index, 'name'], choice.name, 100));
  if (choices.length > 0 && option.autocomplete === true) {
    form.add([...at, 'autocomplete'], 'APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES', 'Choices and autocomplete are mutually exclusive');
  }
  if (option.options !== undefined) options(form, [...at, 'options'], option.options, depth + 1);
}

function isGroup(option: { readonly type: ApplicationCommandOptionType }): boolean {
  return option.type === ApplicationCommandOptionType.Subcommand || option.type === ApplicationCommandOptionType.SubcommandGroup;
}

function unique(form: Form, at: Path, list: readonly { readonly name: string }[], code: string, message: string): void {
  list.forEach((one, index) => {
    if (list.findIndex((other) => other.name === one.name) < index) form.add([...at, index, 'name'], code, message);
  });
}

function size(node: { readonly name: string; readonly description?: string | undefined }): number {
  const { options = [], choices = [] } = node as Loose;
  const own = characters(node.name) + characters(node.description);
  const values = choices.reduce((sum, choice) => sum + characters(choice.name) + String(choice.value).length, 0);
  return own + values + options.reduce((sum, option) => sum + size(option), 0);
}
