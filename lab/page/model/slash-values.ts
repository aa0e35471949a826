/** From what was typed to what is sent, refusing what Discord's client refuses before anything leaves it. */
import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import type { CommandOption } from './command.ts';
import type { ChannelView, OptionValue, PersonView, RoleView } from '../contract.ts';
import type { TypedOption, TypedSlash } from './slash.ts';

/** Whom and what a value may name. */
export interface Directory {
  readonly people: readonly PersonView[];
  readonly channels: readonly ChannelView[];
  readonly roles: readonly RoleView[];
  /** Names that the bot's autocomplete offered, with their values, by `command option name`. */
  readonly offered: ReadonlyMap<string, string | number>;
}

export interface Choice {
  readonly name: string;
  readonly value: string | number | boolean;
}

export type SlashResult =
  | { readonly kind: 'ready'; readonly path: readonly string[]; readonly options: readonly OptionValue[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly missing?: string };

type Value = { readonly value: string | number | boolean } | { readonly fault: string };

/** The first fault is told, as Discord does. */
export function readySlash(typed: TypedSlash, directory: Directory): SlashResult {
  const { command } = typed;
  if (command === undefined) return { kind: 'refused', reason: `There is no command /${typed.query.trim()}` };
  const missing = command.options.find(
    (option) => option.required === true && !typed.options.some((each) => each.option.name === option.name && each.text !== ''),
  );
  if (missing !== undefined)
    return { kind: 'refused', reason: `${missing.name} is required: ${missing.description}`, missing: missing.name };
  if (typed.stray !== '') return { kind: 'refused', reason: `“${typed.stray}” belongs to no option of /${command.name}` };
  const options: OptionValue[] = [];
  for (const each of typed.options) {
    const read = readValue(command.name, each, directory);
    if ('fault' in read) return { kind: 'refused', reason: `${each.option.name}: ${read.fault}` };
    options.push({ name: each.option.name, value: read.value });
  }
  return { kind: 'ready', path: command.path, options };
}

/** What has been typed so far, for the bot's autocomplete: the focused option as raw text, unfinished ones left out. */
export function partialOptions(typed: TypedSlash, focused: string, directory: Directory): OptionValue[] {
  return typed.options.flatMap((each) => {
    if (each.option.name === focused) return [{ name: focused, value: each.text }];
    const read = readValue(typed.command?.name ?? '', each, directory);
    return each.text === '' || 'fault' in read ? [] : [{ name: each.option.name, value: read.value }];
  });
}

export function offeredKey(command: string, option: string, name: string): string {
  return `${command} ${option} ${name}`;
}

/** The values known without asking the bot; undefined where anything may be typed. */
export function knownChoices(option: CommandOption, directory: Directory): readonly Choice[] | undefined {
  const people = directory.people.map((person) => ({ name: `@${person.name}`, value: person.id }));
  const roles = directory.roles.map((role) => ({ name: `@${role.name}`, value: role.id }));
  switch (option.type) {
    case ApplicationCommandOptionType.Boolean:
      return [true, false].map((value) => ({ name: value ? 'True' : 'False', value }));
    case ApplicationCommandOptionType.User:
      return people;
    case ApplicationCommandOptionType.Role:
      return roles;
    case ApplicationCommandOptionType.Mentionable:
      return [...people, ...roles];
    case ApplicationCommandOptionType.Channel:
      return directory.channels
        .filter((channel) => channel.parent === undefined)
        .map((channel) => ({ name: `#${channel.name}`, value: channel.id }));
    case ApplicationCommandOptionType.Attachment:
      return [];
    default:
      return option.choices;
  }
}

function readValue(command: string, typed: TypedOption, directory: Directory): Value {
  const { option, text } = typed;
  if (option.type === ApplicationCommandOptionType.Attachment) return { fault: 'the lab sends no files with a command' };
  const choices = knownChoices(option, directory);
  if (choices !== undefined) {
    const wanted = text.toLowerCase();
    const found = choices.find(
      (choice) => choice.name.toLowerCase() === wanted || choice.name.slice(1).toLowerCase() === wanted || choice.value === text,
    );
    return found === undefined ? { fault: `“${text}” is none of its choices` } : { value: found.value };
  }
  const offered = directory.offered.get(offeredKey(command, option.name, text));
  if (offered !== undefined) return { value: offered };
  return option.type === ApplicationCommandOptionType.String ? readText(option, text) : readNumber(option, text);
}

function readText(option: CommandOption, text: string): Value {
  if ('min_length' in option && option.min_length !== undefined && text.length < option.min_length)
    return { fault: `at least ${option.min_length} characters` };
  if ('max_length' in option && option.max_length !== undefined && text.length > option.max_length)
    return { fault: `at most ${option.max_length} characters` };
  return { value: text };
}

function readNumber(option: CommandOption, text: string): Value {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return { fault: `“${text}” is no number` };
  if (option.type === ApplicationCommandOptionType.Integer && !Number.isSafeInteger(value))
    return { fault: `“${text}” is no whole number` };
  if ('min_value' in option && option.min_value !== undefined && value < option.min_value) return { fault: `at least ${option.min_value}` };
  if ('max_value' in option && option.max_value !== undefined && value > option.max_value) return { fault: `at most ${option.max_value}` };
  return { value };
}
