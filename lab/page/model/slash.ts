/** What stands in the composer: `/mesh status cluster:cluster-b`, read as far as it has been typed. */
import type { CommandOption, CommandView } from './command.ts';

export interface TypedOption {
  readonly option: CommandOption;
  /** Without surrounding spaces; may still be incomplete. */
  readonly text: string;
  /** Where `name:` begins and where the value begins, as offsets into the whole text. */
  readonly start: number;
  readonly valueStart: number;
}

export interface TypedSlash {
  /** Set as soon as the words name one. */
  readonly command?: CommandView;
  readonly options: readonly TypedOption[];
  /** What the person is typing now. */
  readonly stage: 'command' | 'option' | 'value';
  /** The typed part of it, which a suggestion replaces from `from` on. */
  readonly query: string;
  readonly from: number;
  /** Words that belong to no option. */
  readonly stray: string;
}

/** Undefined where the text is no command at all. */
export function parseSlash(text: string, commands: readonly CommandView[]): TypedSlash | undefined {
  if (!text.startsWith('/')) return undefined;
  const command = namedCommand(text.slice(1), commands);
  const argsAt = 1 + (command?.name.length ?? 0);
  if (command === undefined || text.length === argsAt) {
    return { ...(command === undefined ? {} : { command }), options: [], stage: 'command', query: text.slice(1), from: 1, stray: '' };
  }
  return parseOptions(text, argsAt, command);
}

/** The longest one that the words begin with: `mesh` must not win over `mesh status`. */
function namedCommand(body: string, commands: readonly CommandView[]): CommandView | undefined {
  const named = commands.filter((command) => body === command.name || body.startsWith(`${command.name} `));
  return named.toSorted((one, other) => other.name.length - one.name.length)[0];
}

function parseOptions(text: string, argsAt: number, command: CommandView): TypedSlash {
  const marks = [...text.slice(argsAt).matchAll(/(?<=\s)([\p{L}\p{N}_-]+):/gu)]
    .map((match) => ({ name: match[1] ?? '', at: argsAt + match.index }))
    .filter(
      (mark, index, all) =>
        command.options.some((option) => option.name === mark.name) && all.findIndex((each) => each.name === mark.name) === index,
    );
  const options = marks.flatMap((mark, index) => {
    const option = command.options.find((each) => each.name === mark.name);
    const valueStart = mark.at + mark.name.length + 1;
    return option === undefined ? [] : [{ option, text: text.slice(valueStart, marks[index + 1]?.at).trim(), start: mark.at, valueStart }];
  });
  const stray = text.slice(argsAt, marks[0]?.at).trim();
  const last = options.at(-1);
  const raw = last === undefined ? '' : text.slice(last.valueStart);
  if (last !== undefined && !(last.text !== '' && raw.endsWith(' '))) {
    return { command, options, stage: 'value', query: raw.trimStart(), from: last.valueStart, stray };
  }
  const query = last === undefined ? stray : '';
  return { command, options, stage: 'option', query, from: text.length - query.length, stray };
}
