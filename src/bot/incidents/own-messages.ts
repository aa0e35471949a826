/** The bot's messages of incidents in the channel. What is open is known by its buttons, what is over by the small print. */
import { Routes, SnowflakeUtil, type Client } from 'discord.js';
import { z } from 'zod';
import type { Incident } from '../../alerts/model.ts';
import type { Logger } from '../../core/logger.ts';
import { discordError } from '../discord-error.ts';
import { TOLD_WHOLE } from '../render/incident.ts';
import { readIncidentButton, type IncidentRef } from './ref.ts';

/** https://discord.com/developers/docs/resources/message#get-channel-messages */
const MOST_READ = 100;

const Messages = z.array(z.object({ id: z.string(), author: z.object({ id: z.string() }), components: z.unknown() }));
/** The small print of a card: `-# link-down · <id> · began …`. */
const FOOTER = /^-# [\w-]+ · (?<id>[\w-]{1,40})(?: · |$)/;

export interface OwnMessage extends IncidentRef {
  readonly message: string;
  /** When it was posted, in UTC milliseconds. */
  readonly at: number;
  /** False once it says that its incident is over: then its marker is not known. */
  readonly isOpen: boolean;
  /** It tells by itself of all that came and went while nothing could be posted. */
  readonly isWhole: boolean;
}

export interface OwnMessages {
  /** That of this incident, or else the newest open one of the marker. The channel is read first where what is known of it may be wrong. */
  find(incident: string, marker: string): Promise<OwnMessage | undefined>;
  open(): Promise<readonly OwnMessage[]>;
  /** It says now how this incident stands. */
  add(incident: Pick<Incident, 'id' | 'marker' | 'endedAt'>, message: string, isWhole: boolean): void;
  /** It is gone, or of no incident any more. */
  forget(message: string): void;
  /** Something may have been posted that nobody noted. */
  doubt(): void;
}

export function readOwnMessages(client: Client, channel: string, log: Logger): OwnMessages {
  /** The newest first. */
  let known: OwnMessage[] | undefined;

  /** Where reading is not allowed nothing is found: an alert is worth more than the risk of a second copy. */
  async function read(): Promise<OwnMessage[]> {
    try {
      const query = new URLSearchParams({ limit: String(MOST_READ) });
      const found = Messages.parse(await client.rest.get(Routes.channelMessages(channel), { query }));
      return found.flatMap(({ id, author, components }) => (author.id === client.user?.id ? ownMessage(id, components) : []));
    } catch (error) {
      const { reason, message: why } = discordError(error);
      if (reason !== 'forbidden' && reason !== 'notFound') throw error;
      log.warn({ channel, reason, why, next: 'Give the bot Read Message History there.' }, 'earlier messages could not be read');
      return [];
    }
  }

  const all = async (): Promise<readonly OwnMessage[]> => (known ??= await read());
  const without = (message: string): OwnMessage[] | undefined => known?.filter((one) => one.message !== message);
  return {
    open: async () => (await all()).filter(({ isOpen }) => isOpen),
    async find(incident, marker) {
      const found = await all();
      return found.find(({ id }) => id === incident) ?? found.find((one) => one.isOpen && one.marker === marker);
    },
    add({ id, marker, endedAt }, message, isWhole) {
      const at = SnowflakeUtil.timestampFrom(message);
      const one = { id, marker, message, at, isOpen: endedAt === undefined, isWhole };
      known = without(message);
      known?.unshift(one);
    },
    forget(message) {
      known = without(message);
    },
    doubt() {
      known = undefined;
    },
  };
}

function ownMessage(message: string, components: unknown): readonly OwnMessage[] {
  const at = SnowflakeUtil.timestampFrom(message);
  const texts = [...textsIn(components)];
  const ref = texts.map(readIncidentButton).find((found) => found !== undefined);
  if (ref !== undefined) return [{ ...ref, message, at, isOpen: true, isWhole: false }];
  const id = texts.map((text) => FOOTER.exec(text)?.groups?.['id']).find((found) => found !== undefined);
  if (id === undefined) return [];
  return [{ id, marker: '', message, at, isOpen: false, isWhole: texts.some((text) => text.includes(TOLD_WHOLE)) }];
}

/** Custom ids and contents of components, however deep they lie. */
function* textsIn(node: unknown): Iterable<string> {
  if (Array.isArray(node)) for (const one of node) yield* textsIn(one);
  if (typeof node !== 'object' || node === null) return;
  if ('custom_id' in node && typeof node.custom_id === 'string') yield node.custom_id;
  if ('content' in node && typeof node.content === 'string') yield node.content;
  if ('components' in node) yield* textsIn(node.components);
}
