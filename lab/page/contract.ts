/**
 * What the lab's page and the lab's server say to each other, all under `/lab/`. The page knows nothing else of the lab.
 *
 * - `GET /lab/state` -> {@link WorldView}
 * - `GET /lab/events` -> server-sent events: `event: changed` with `data: <revision>`; the page then reads the state again
 * - `POST /lab/slash` {@link SlashRequest}, `/lab/autocomplete` {@link AutocompleteRequest}, `/lab/component` {@link ComponentRequest},
 *   `/lab/modal` {@link ModalRequest}
 * - `GET /lab/faults` -> {@link FaultView}[]; `POST /lab/faults/<id>` {@link FaultRequest} -> {@link FaultView}[]
 *
 * A request that Discord's own client would not have sent, or that the bot did not answer, is status 422 with {@link Refusal}.
 */
import type { APIApplicationCommand, APIMessage, APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';

export interface PersonView {
  readonly id: string;
  readonly name: string;
  /** Shown beside the name, such as `operator`. */
  readonly role: string;
}

export interface RoleView {
  readonly id: string;
  readonly name: string;
}

/** A message as Discord would send it, with what only the reader's client knows. */
export interface MessageView {
  readonly message: APIMessage;
  /** Set where only this person may see it. */
  readonly ephemeralFor?: string;
  /** The bot has deferred and not answered yet. */
  readonly thinking?: boolean;
}

export interface ChannelView {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  /** The message's thread hangs in this channel. */
  readonly parent?: { readonly channel: string; readonly message?: string };
  readonly archived?: boolean;
  readonly messages: readonly MessageView[];
}

export interface WorldView {
  readonly revision: number;
  /** The lab's clock, UTC milliseconds, and how far it is ahead of the machine's. */
  readonly clock: { readonly now: number; readonly offsetMs: number };
  readonly guild: { readonly id: string; readonly name: string };
  readonly people: readonly PersonView[];
  /** The guild's roles, for mentions and role selects. */
  readonly roles?: readonly RoleView[];
  readonly bot: { readonly id: string; readonly name: string; readonly online: boolean; readonly status: string };
  readonly channels: readonly ChannelView[];
  /** As the bot registered them. */
  readonly commands: readonly APIApplicationCommand[];
}

interface Acting {
  /** The person's id. */
  readonly user: string;
  readonly channel: string;
}

export interface OptionValue {
  readonly name: string;
  readonly value: string | number | boolean;
}

export interface SlashRequest extends Acting {
  /** The words of the command: `["mesh", "status"]`. */
  readonly path: readonly string[];
  readonly options: readonly OptionValue[];
}

export interface AutocompleteRequest extends SlashRequest {
  readonly focused: string;
}

export interface AutocompleteAnswer {
  readonly choices: readonly { readonly name: string; readonly value: string | number }[];
}

export interface ComponentRequest extends Acting {
  readonly message: string;
  readonly customId: string;
  readonly values?: readonly string[];
}

export interface ModalRequest extends Acting {
  /** From the {@link ActAnswer} that opened it. */
  readonly interaction: string;
  readonly customId: string;
  readonly fields: readonly { readonly customId: string; readonly value: string | readonly string[] }[];
}

/** The answer to slash, component and modal: what the bot did within its three seconds. */
export interface ActAnswer {
  readonly interaction: string;
  readonly modal?: APIModalInteractionResponseCallbackData;
}

export interface Refusal {
  /** As Discord's client words it, such as `The application did not respond`. */
  readonly error: string;
}

export interface FaultView {
  readonly id: string;
  /** What it does, as a button's label: `Stop the API of cluster-b`. */
  readonly title: string;
  /** What a person should see happen, one sentence. */
  readonly explain: string;
  readonly group: string;
  /** `toggle` is on or off; `action` happens at once and cannot be undone by itself. */
  readonly kind: 'toggle' | 'action';
  readonly on: boolean;
}

export interface FaultRequest {
  /** For a toggle: what it should be now. Ignored for an action. */
  readonly on: boolean;
}
