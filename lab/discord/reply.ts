import type { APIEmbed, APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import { ComponentType } from 'discord-api-types/v10';
import { walk } from './components.ts';
import type { Core } from './core.ts';
import type { Interaction } from './interaction.ts';
import { customIdOf, useComponent } from './people/component.ts';
import { sendModal } from './people/modal.ts';
import { NotPossible } from './people/refused.ts';
import { messageText } from './text.ts';
import { until } from './until.ts';
import type { Member } from './world.ts';

/** Values picked in the select with this placeholder or custom id. */
export interface Choice {
  readonly name: string;
  readonly values: readonly string[];
}

export interface By {
  /** Without it, whoever began. */
  readonly user?: Member;
}

/** What came of one act of a person, as it is now: it changes as the bot edits. */
export class Reply {
  readonly interaction: Interaction;
  readonly #core: Core;

  constructor(core: Core, interaction: Interaction) {
    this.#core = core;
    this.interaction = interaction;
  }

  /** The bot's answer, or the message that it changed instead. Throws while there is none. */
  get message(): APIMessage {
    const stored = this.interaction.answer;
    if (stored === undefined) throw new NotPossible(`The bot has written nothing to "${this.interaction.act}"`);
    return stored.message;
  }

  get thinking(): boolean {
    return this.interaction.answer?.thinking === true;
  }

  get ephemeral(): boolean {
    return this.interaction.answer?.ephemeralFor !== undefined;
  }

  /** Everything a person reads in it, as plain lines. */
  get text(): string {
    return this.interaction.answer === undefined ? '' : messageText(this.message);
  }

  get embeds(): readonly APIEmbed[] {
    return this.message.embeds;
  }

  /** The labels of its buttons, disabled ones in brackets. */
  get buttons(): readonly string[] {
    return buttonsOf(this.message);
  }

  get modal(): APIModalInteractionResponseCallbackData | undefined {
    return this.interaction.modal;
  }

  get followups(): readonly APIMessage[] {
    return this.interaction.followups.map((stored) => stored.message);
  }

  /** How long the bot took to acknowledge, in milliseconds. */
  get ackMs(): number {
    return this.interaction.ackMs ?? Number.NaN;
  }

  /** What the bot did, one entry each: `defer (ephemeral)`, `edit: …`. */
  transcript(): readonly string[] {
    return [...this.interaction.log];
  }

  /** Resolves when it holds, looking again at every change; rejects with the last text after `withinMs`. */
  async waitFor(holds: (reply: Reply) => boolean, withinMs = 10_000): Promise<this> {
    await until(this.#core.world, () => holds(this), { withinMs, seen: () => this.transcript().join('\n') });
    return this;
  }

  async click(label: string, by: By = {}): Promise<Reply> {
    return clickOn(this.#core, this.message, label, by.user ?? this.interaction.user);
  }

  async select(name: string, values: readonly string[], by: By = {}): Promise<Reply> {
    return selectIn(this.#core, this.message, { name, values }, by.user ?? this.interaction.user);
  }

  /** Sends the modal that this act opened, by the fields' custom ids. */
  async submitModal(fields: Readonly<Record<string, string | readonly string[]>>): Promise<Reply> {
    const { user, channel, id } = this.interaction;
    const given = Object.entries(fields).map(([customId, value]) => ({ customId, value }));
    return new Reply(this.#core, await sendModal(this.#core, { user: user.user.id, channel: channel.id, interaction: id, fields: given }));
  }
}

export function buttonsOf(message: APIMessage): string[] {
  const buttons = walk(message.components).filter((node) => node.type === ComponentType.Button);
  return buttons.map((node) => (node.disabled ? `(${node.label ?? ''})` : (node.label ?? '')));
}

/** Presses the button with this label (or custom id). */
export async function clickOn(core: Core, message: APIMessage, label: string, user: Member): Promise<Reply> {
  const customId = customIdOf(message, label, 'button');
  return new Reply(core, await useComponent(core, { user: user.user.id, channel: message.channel_id, message: message.id, customId }));
}

/** Picks values in the select with this placeholder (or custom id). */
export async function selectIn(core: Core, message: APIMessage, { name, values }: Choice, user: Member): Promise<Reply> {
  const customId = customIdOf(message, name, 'select');
  return new Reply(
    core,
    await useComponent(core, { user: user.user.id, channel: message.channel_id, message: message.id, customId, values }),
  );
}
