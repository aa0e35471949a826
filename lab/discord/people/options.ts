import type { APIApplicationCommand, APIApplicationCommandOption, APIApplicationCommandOptionChoice } from 'discord-api-types/v10';
import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import { characters } from '../characters.ts';
import type { World } from '../world.ts';
import { NotPossible } from './refused.ts';

/** An option as it goes over the wire. */
export interface WireOption {
  readonly name: string;
  readonly type: ApplicationCommandOptionType;
  readonly value?: string | number | boolean;
  readonly focused?: true;
  readonly options?: readonly WireOption[];
}

export interface GivenOption {
  readonly name: string;
  readonly value: string | number | boolean;
}

type Loose = APIApplicationCommandOption & {
  readonly options?: readonly APIApplicationCommandOption[];
  readonly choices?: readonly APIApplicationCommandOptionChoice[];
  readonly autocomplete?: boolean;
  readonly min_value?: number;
  readonly max_value?: number;
  readonly min_length?: number;
  readonly max_length?: number;
};

/** A command's words found in what is registered: the groups it goes through and the options at its end. */
export interface Resolved {
  readonly command: APIApplicationCommand;
  readonly steps: readonly Loose[];
  readonly options: readonly Loose[];
}

/** Finds `mesh status` among the registered commands; a command of the guild hides a global one. */
export function resolve(world: World, path: readonly string[]): Resolved {
  const known = [...world.commands.values()].filter((command) => command.name === path[0]);
  const command = known.find((one) => one.guild_id !== undefined) ?? known[0];
  if (command === undefined) throw new NotPossible(`No command /${path[0] ?? ''} is registered`);
  const steps: Loose[] = [];
  let options = (command.options ?? []) as readonly Loose[];
  for (const word of path.slice(1)) {
    const step = options.find((option) => option.name === word && isGroup(option));
    if (step === undefined) throw new NotPossible(`/${path.join(' ')} is not registered: no "${word}" there`);
    steps.push(step);
    options = step.options ?? [];
  }
  if (options.some(isGroup)) throw new NotPossible(`/${path.join(' ')} needs one of: ${options.map((option) => option.name).join(', ')}`);
  return { command, steps, options };
}

function isGroup(option: Loose): boolean {
  return option.type === ApplicationCommandOptionType.Subcommand || option.type === ApplicationCommandOptionType.SubcommandGroup;
}

/** The given options on the wire. Refuses what the client would: unknown, missing, of another type, outside of choices and bounds. */
export function fill(resolved: Resolved, given: readonly GivenOption[]): WireOption[] {
  for (const { name } of given) {
    if (!resolved.options.some((option) => option.name === name)) throw new NotPossible(`The command has no option "${name}"`);
  }
  const missing = resolved.options.filter((option) => option.required === true && !given.some(({ name }) => name === option.name));
  if (missing.length > 0) throw new NotPossible(`This option is required: ${missing.map((option) => option.name).join(', ')}`);
  return wrap(
    resolved,
    given.map((one) => wire(resolved, one)),
  );
}

/** As far as typed: only known options, and the one that has the cursor. */
export function fillPartly(resolved: Resolved, given: readonly GivenOption[], focused: string): WireOption[] {
  const option = resolved.options.find((one) => one.name === focused);
  if (option?.autocomplete !== true) throw new NotPossible(`The option "${focused}" has no autocompletion`);
  const typed = given.some(({ name }) => name === focused) ? given : [...given, { name: focused, value: '' }];
  return wrap(
    resolved,
    typed.map(({ name, value }) => {
      const type = resolved.options.find((one) => one.name === name)?.type;
      if (type === undefined) throw new NotPossible(`The command has no option "${name}"`);
      return { name, type, value, ...(name === focused ? { focused: true as const } : {}) };
    }),
  );
}

function wrap(resolved: Resolved, options: readonly WireOption[]): WireOption[] {
  return resolved.steps
    .toReversed()
    .reduce<WireOption[]>((inner, step) => [{ name: step.name, type: step.type, options: inner }], [...options]);
}

function wire(resolved: Resolved, { name, value }: GivenOption): WireOption {
  const option = resolved.options.find((one) => one.name === name) as Loose;
  const wrong = typeFault(option, value) ?? choiceFault(option, value) ?? boundsFault(option, value);
  if (wrong !== undefined) throw new NotPossible(`The option "${name}" ${wrong}`);
  return { name, type: option.type, value };
}

const JS_TYPES: { readonly [type in ApplicationCommandOptionType]?: string } = {
  [ApplicationCommandOptionType.Integer]: 'number',
  [ApplicationCommandOptionType.Number]: 'number',
  [ApplicationCommandOptionType.Boolean]: 'boolean',
};

function typeFault(option: Loose, value: GivenOption['value']): string | undefined {
  const expected = JS_TYPES[option.type] ?? 'string';
  if (typeof value !== expected) return `takes a ${expected}`;
  if (option.type === ApplicationCommandOptionType.Integer && !Number.isInteger(value)) return 'takes a whole number';
  return undefined;
}

function choiceFault(option: Loose, value: GivenOption['value']): string | undefined {
  const choices = option.choices ?? [];
  if (choices.length === 0 || choices.some((choice) => choice.value === value)) return undefined;
  return `takes one of: ${choices.map((choice) => choice.value).join(', ')}`;
}

function boundsFault(option: Loose, value: GivenOption['value']): string | undefined {
  const size = typeof value === 'string' ? characters(value) : Number(value);
  const min = typeof value === 'string' ? option.min_length : option.min_value;
  const max = typeof value === 'string' ? (option.max_length ?? 6000) : option.max_value;
  if (min !== undefined && size < min) return `must be at least ${min}`;
  if (max !== undefined && size > max) return `must be at most ${max}`;
  return undefined;
}
