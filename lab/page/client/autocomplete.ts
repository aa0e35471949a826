import type { CommandView } from '../model/command.ts';
import type { TypedSlash } from '../model/slash.ts';
import { offeredKey, partialOptions, type Choice, type Directory } from '../model/slash-values.ts';
import { api, RefusedError } from './api.ts';

const pauseMs = 120;

/** Asks the bot for choices while a person types: after a short pause, and never shows an answer that has been overtaken. */
export class Autocomplete {
  choices: readonly Choice[] = [];
  failed = false;
  /** Values by the names that were offered, so that a chosen name is sent as its value. */
  readonly offered = new Map<string, string | number>();
  readonly #changed: () => void;
  #asking: AbortController | undefined;
  #focused = '';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  ask(
    who: { readonly user: string; readonly channel: string },
    typed: TypedSlash,
    command: CommandView,
    focused: string,
    directory: Directory,
  ): void {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    if (this.#focused !== focused) this.choices = [];
    this.#focused = focused;
    const body = { ...who, path: command.path, options: partialOptions(typed, focused, directory), focused };
    setTimeout(() => {
      if (!asking.signal.aborted) void this.#fetch(body, command.name, asking.signal);
    }, pauseMs);
  }

  stop(): void {
    this.#asking?.abort();
    this.choices = [];
    this.failed = false;
  }

  async #fetch(body: Parameters<typeof api.autocomplete>[0], command: string, signal: AbortSignal): Promise<void> {
    try {
      const { choices } = await api.autocomplete(body, signal);
      if (signal.aborted) return;
      for (const choice of choices) this.offered.set(offeredKey(command, body.focused, choice.name), choice.value);
      this.choices = choices;
      this.failed = false;
    } catch (error) {
      if (signal.aborted) return; // a newer question is under way: its answer is the one to show
      if (!(error instanceof RefusedError)) throw error;
      this.choices = [];
      this.failed = true;
    }
    this.#changed();
  }
}
