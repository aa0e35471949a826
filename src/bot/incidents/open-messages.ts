/** Open messages of incidents in the channel, found by what their buttons carry. */
import { Routes, SnowflakeUtil, type Client } from 'discord.js';
import { z } from 'zod';
import type { Logger } from '../../core/logger.ts';
import { discordError } from '../discord-error.ts';
import { readIncidentButton, type IncidentRef } from './ref.ts';

/** https://discord.com/developers/docs/resources/message#get-channel-messages */
const MOST_READ = 100;

const Messages = z.array(z.object({ id: z.string(), author: z.object({ id: z.string() }), components: z.unknown() }));

export interface OpenMessage extends IncidentRef {
  readonly message: string;
  /** When it was posted, in UTC milliseconds. */
  readonly at: number;
}

export interface OpenMessages {
  /** The newest one of a marker; the channel is read first where what is known of it may be wrong. */
  find(marker: string): Promise<OpenMessage | undefined>;
  all(): Promise<readonly OpenMessage[]>;
  /** It was just posted, or taken over. */
  add(message: OpenMessage): void;
  /** It is gone, or not open any more. */
  forget(message: string): void;
  /** Something may have been posted that nobody noted. */
  doubt(): void;
}

export function readOpenMessages(client: Client, channel: string, log: Logger): OpenMessages {
  let known: OpenMessage[] | undefined;

  /** The newest first. Where reading is not allowed nothing is found: an alert is worth more than the risk of a second copy. */
  async function read(): Promise<OpenMessage[]> {
    try {
      const query = new URLSearchParams({ limit: String(MOST_READ) });
      const found = Messages.parse(await client.rest.get(Routes.channelMessages(channel), { query }));
      return found.flatMap(({ id, author, components }) => {
        const ref = author.id === client.user?.id ? refIn(components) : undefined;
        return ref === undefined ? [] : [{ ...ref, message: id, at: SnowflakeUtil.timestampFrom(id) }];
      });
    } catch (error) {
      const { reason, message: why } = discordError(error);
      if (reason !== 'forbidden' && reason !== 'notFound') throw error;
      log.warn({ channel, reason, why, next: 'Give the bot Read Message History there.' }, 'earlier messages could not be read');
      return [];
    }
  }

  const all = async (): Promise<readonly OpenMessage[]> => (known ??= await read());
  return {
    all,
    find: async (marker) => (await all()).find((one) => one.marker === marker),
    add(message) {
      known?.unshift(message);
    },
    forget(message) {
      known = known?.filter((one) => one.message !== message);
    },
    doubt() {
      known = undefined;
    },
  };
}

/** The first custom id below these components that is of an incident. */
function refIn(components: unknown): IncidentRef | undefined {
  if (Array.isArray(components)) {
    for (const one of components) {
      const found = refIn(one);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof components !== 'object' || components === null) return undefined;
  if ('custom_id' in components && typeof components.custom_id === 'string') return readIncidentButton(components.custom_id);
  return 'components' in components ? refIn(components.components) : undefined;
}
