/** The list above the composer: what could come next. */
import type { CommandOption, CommandView } from './command.ts';
import type { TypedSlash } from './slash.ts';
import { knownChoices, type Choice, type Directory } from './slash-values.ts';

export interface Suggestion {
  readonly kind: 'command' | 'option' | 'choice';
  readonly label: string;
  readonly detail: string;
  /** `optional`, `required`, or the options of a command. */
  readonly note: string;
  /** The whole text of the composer once this is taken. */
  readonly text: string;
}

export interface Suggestions {
  /** What the list is about: the option whose choices it shows. */
  readonly title: string;
  readonly items: readonly Suggestion[];
  /** Enter takes the first one; where false, Enter sends. */
  readonly eager: boolean;
}

const most = 25;
const none: Suggestions = { title: '', items: [], eager: false };

/** `remote` holds what the bot's autocomplete answered for the focused option. */
export function suggest(
  text: string,
  typed: TypedSlash,
  commands: readonly CommandView[],
  directory: Directory,
  remote: readonly Choice[],
): Suggestions {
  if (typed.stage === 'command') return suggestCommands(typed, commands);
  if (typed.command === undefined) return none;
  if (typed.stage === 'option') return suggestOptions(text.slice(0, typed.from), typed.query, typed, typed.command);
  return suggestValues(text, typed, typed.command, directory, remote);
}

function suggestCommands(typed: TypedSlash, commands: readonly CommandView[]): Suggestions {
  const query = typed.query.trim().toLowerCase();
  const items = commands
    .filter((command) => matchesWords(command, query))
    .map((command): Suggestion => ({
      kind: 'command',
      label: `/${command.name}`,
      detail: command.description,
      note: command.options.map((option) => (option.required === true ? option.name : `${option.name}?`)).join(' '),
      text: command.options.length > 0 ? `/${command.name} ` : `/${command.name}`,
    }));
  const exact = typed.command !== undefined && typed.query === typed.command.name;
  return { title: 'Commands', items: items.slice(0, most), eager: !exact };
}

function matchesWords(command: CommandView, query: string): boolean {
  return command.name.startsWith(query) || command.path.some((word) => word.startsWith(query));
}

function suggestOptions(before: string, query: string, typed: TypedSlash, command: CommandView): Suggestions {
  const used = new Set(typed.options.map((each) => each.option.name));
  const left = command.options.filter((option) => !used.has(option.name) && option.name.startsWith(query.toLowerCase()));
  const items = left
    .toSorted((one, other) => Number(other.required ?? false) - Number(one.required ?? false))
    .map((option): Suggestion => ({
      kind: 'option',
      label: option.name,
      detail: option.description,
      note: option.required === true ? 'required' : 'optional',
      text: `${before.trimEnd()} ${option.name}:`,
    }));
  return { title: `Options of /${command.name}`, items, eager: query !== '' || left.some((option) => option.required === true) };
}

function suggestValues(
  text: string,
  typed: TypedSlash,
  command: CommandView,
  directory: Directory,
  remote: readonly Choice[],
): Suggestions {
  const focused = typed.options.at(-1)?.option;
  if (focused === undefined) return none;
  const query = typed.query.toLowerCase();
  const known = knownChoices(focused, directory);
  const asked = 'autocomplete' in focused && focused.autocomplete ? remote : [];
  const choices = known === undefined ? asked : known.filter((choice) => choice.name.toLowerCase().includes(query.replace(/^[@#]/, '')));
  const items = choices.slice(0, most).map((choice): Suggestion => ({
    kind: 'choice',
    label: choice.name,
    detail: '',
    note: '',
    text: `${text.slice(0, typed.from)}${choice.name} `,
  }));
  const exact = choices.some((choice) => choice.name.toLowerCase() === query);
  return { title: titleOf(focused), items: [...items, ...nextOptions(text, typed, command)], eager: items.length > 0 && !exact };
}

function titleOf(option: CommandOption): string {
  return `${option.name} · ${option.description}`;
}

/** A value may hold spaces, so the word after the last one may also be the beginning of the next option. */
function nextOptions(text: string, typed: TypedSlash, command: CommandView): readonly Suggestion[] {
  const word = /\s(\S+)$/.exec(typed.query)?.[1];
  return word === undefined ? [] : suggestOptions(text.slice(0, text.length - word.length), word, typed, command).items;
}
