import type {
  APIApplicationCommandOptionChoice,
  APIMessageInteractionMetadata,
  APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10';
import type { Random } from '../../src/core/random.ts';
import { refusals } from './refusal.ts';
import type { Channel, Member, StoredMessage, World } from './world.ts';

export type InteractionKind = 'command' | 'autocomplete' | 'component' | 'modal';

/** `none` until the bot acknowledges; `lost` when it did not in time. */
export type InteractionState = 'none' | 'deferred' | 'replied' | 'lost';

/** One act of a person and what the bot has answered so far. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly kind: InteractionKind;
  readonly user: Member;
  readonly channel: Channel;
  /** What the person did, as a line of the transcript. */
  readonly act: string;
  /** The words of a command without its options, such as `mesh status`. */
  readonly command?: string;
  readonly createdAt: number;
  readonly metadata: APIMessageInteractionMetadata;
  /** The message that carries the component. */
  readonly source?: StoredMessage;
  state: InteractionState;
  /** How long the bot took to acknowledge, in milliseconds of the lab's clock. */
  ackMs?: number;
  /** The answer, which the bot calls `@original`. */
  answer?: StoredMessage;
  readonly followups: StoredMessage[];
  modal?: APIModalInteractionResponseCallbackData;
  choices?: readonly APIApplicationCommandOptionChoice[];
  /** The token was ended by hand. */
  expired: boolean;
  /** What the bot did, one entry each: `defer (ephemeral)`, `edit: …`. */
  readonly log: string[];
  readonly acked: PromiseWithResolvers<void>;
}

export interface InteractionSettings {
  /** The bot must acknowledge within so many milliseconds. */
  readonly ackMs: number;
  /** An interaction's token is good for so many milliseconds of the lab's clock. */
  readonly tokenMs: number;
}

/** What the person's client shows when nobody answered. */
export const NO_ANSWER = 'The application did not respond';

/** All interactions of the double, found by id and by token. */
export class Interactions {
  readonly settings: InteractionSettings;
  readonly #world: World;
  readonly #random: Random;
  readonly #byId = new Map<string, Interaction>();
  readonly #byToken = new Map<string, Interaction>();

  constructor(world: World, random: Random, settings: InteractionSettings) {
    this.#world = world;
    this.#random = random;
    this.settings = settings;
  }

  /** Opens one and starts its clock: unanswered in time, it is lost and `acked` rejects. */
  open(
    begun: Pick<Interaction, 'kind' | 'user' | 'channel' | 'act' | 'command' | 'source'> & {
      readonly metadata: (id: string) => APIMessageInteractionMetadata;
    },
  ): Interaction {
    const id = this.#world.nextId();
    const token = Buffer.from(`interaction:${id}:${this.#random.id(40)}`).toString('base64url');
    const acked = Promise.withResolvers<void>();
    const { metadata, ...rest } = begun;
    const createdAt = this.#world.clock.now();
    const interaction: Interaction = {
      ...rest,
      id,
      token,
      createdAt,
      metadata: metadata(id),
      state: 'none',
      followups: [],
      expired: false,
      log: [],
      acked,
    };
    acked.promise.catch(() => {}); // whoever waits for it sees the rejection; nobody has to
    this.#byId.set(id, interaction);
    this.#byToken.set(token, interaction);
    this.#world.clock.after(this.settings.ackMs, () => {
      if (interaction.state !== 'none') return;
      interaction.state = 'lost';
      interaction.log.push('no answer');
      acked.reject(new Error(NO_ANSWER));
    });
    return interaction;
  }

  get(id: string): Interaction | undefined {
    return this.#byId.get(id);
  }

  /** For `/interactions/{id}/{token}/callback`: throws as Discord does when it cannot be acknowledged (any more). */
  toAcknowledge(id: string, token: string): Interaction {
    const interaction = this.#byId.get(id);
    if (interaction === undefined || interaction.token !== token) throw refusals.unknownInteraction();
    if (interaction.state === 'lost') throw refusals.unknownInteraction();
    if (interaction.state !== 'none') throw refusals.alreadyAcknowledged();
    return interaction;
  }

  /** For `/webhooks/{application}/{token}`: throws while it is unanswered and when its token has ended. */
  byToken(token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (interaction === undefined) throw refusals.unknownWebhook();
    const age = this.#world.clock.now() - interaction.createdAt;
    if (interaction.expired || age >= this.settings.tokenMs) throw refusals.expiredToken();
    if (interaction.state === 'none' || interaction.state === 'lost') throw refusals.unknownWebhook();
    return interaction;
  }

  acknowledge(interaction: Interaction, state: 'deferred' | 'replied'): void {
    interaction.state = state;
    interaction.ackMs = this.#world.clock.now() - interaction.createdAt;
    interaction.acked.resolve();
    this.#world.changed();
  }
}
