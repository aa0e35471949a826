import type { ButtonInteraction, ChatInputCommandInteraction, Client, ModalSubmitInteraction } from 'discord.js';
import type { Role } from '../actions/action.ts';
import type { Failure } from '../core/errors.ts';
import type { BotContext } from './context.ts';

interface AnyOption {
  readonly name: string;
  readonly describe: string;
  readonly required: boolean;
}

/** Where the words of an option come from. */
export type CommandOption =
  /** Completed while typing: clusters, where measurements are taken from, alerts, silences, `rule|subject` of what is followed. */
  | (AnyOption & { readonly from: 'clusters' | 'vantages' | 'incidents' | 'silences' | 'subjects' })
  /** Anything, without a list to choose from; yes or no. */
  | (AnyOption & { readonly from: 'text' | 'flag' })
  | (AnyOption & { readonly from: 'choices'; readonly choices: readonly string[] })
  | (AnyOption & { readonly from: 'count'; readonly max: number });

/** What one interaction is answered with: everything it needs, nothing it could reach for. */
export interface Asking {
  readonly client: Client;
  readonly context: BotContext;
  readonly signal: AbortSignal;
  /** Why the last notice could not be posted; undefined once one could. */
  readonly undelivered: () => Failure | undefined;
  /** Why the last alert could not be shown; undefined once one could. */
  readonly unshown: () => Failure | undefined;
  /** All commands, for help. */
  readonly commands: readonly BotCommand[];
}

/** A subcommand of `/mesh`. Who may use it was checked before `execute` is called. */
export interface BotCommand {
  readonly name: string;
  readonly describe: string;
  readonly role: Role;
  readonly options: readonly CommandOption[];
  execute(interaction: ChatInputCommandInteraction, asking: Asking): Promise<void>;
}

/** What happens when a button is pressed. `args` are what the button carried: input from outside. */
export interface BotButton {
  /** The first part of the custom id. */
  readonly name: string;
  readonly role: Role;
  execute(interaction: ButtonInteraction, args: readonly string[], asking: Asking): Promise<void>;
}

/** What happens when a form is sent. */
export interface BotModal {
  /** The first part of the custom id. */
  readonly name: string;
  readonly role: Role;
  execute(interaction: ModalSubmitInteraction, args: readonly string[], asking: Asking): Promise<void>;
}
