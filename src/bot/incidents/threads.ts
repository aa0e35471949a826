/** The thread under an incident's message: its history, each line once, in order. */
import { MessageFlags, RESTJSONErrorCodes, Routes } from 'discord.js';
import { z } from 'zod';
import type { HistoryLine, Incident } from '../../alerts/model.ts';
import { cut } from '../card.ts';
import { discordError, isCode } from '../discord-error.ts';
import { nonce } from '../nonce.ts';
import { historyText, isOver } from '../render/incident.ts';
import { isUser } from '../render/person.ts';
import type { Calls } from './calls.ts';
import type { Pace } from './pace.ts';

/** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
const LONGEST_NAME = 100;
/** https://discord.com/developers/docs/resources/message#create-message */
const LONGEST_TEXT = 1_900;
const MOST_READ = '100';
/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const ARCHIVED = 50_083 as RESTJSONErrorCodes;

const Messages = z.array(z.object({ content: z.string() }));

export interface Place {
  readonly channel: string;
  readonly message: string;
}

export interface ThreadsOptions {
  /** Of posts into the channel, and of new threads. */
  readonly posts: Pace;
  readonly starts: Pace;
  /** The role that a page which nobody acknowledged calls. */
  readonly role: string | undefined;
}

export interface Telling {
  readonly incident: Incident;
  readonly place: Place;
  /** How many lines have been told before. */
  readonly told: number;
  readonly calls: Calls;
  /** Called after each line with how many have been told by then. */
  readonly noted: (told: number) => Promise<void>;
}

export interface Threads {
  /** Tells the lines that come after those that were told. Where there can be no thread, they answer the message instead. */
  tell(telling: Telling): Promise<void>;
  /** Puts the thread away, if there is one. */
  archive(place: Place, calls: Calls): Promise<void>;
  /** The message of the incident was just posted: nothing can hang on it. */
  isNew(incident: string): void;
  /** It is not sure any more what of this incident was told: the thread is read before more is. */
  doubt(incident: string): void;
}

export function createThreads({ posts, starts, role }: ThreadsOptions): Threads {
  /** Incidents of which it is sure what was told. */
  const sure = new Set<string>();
  /** Threads that are known to be there, and those that somebody deleted. */
  const there = new Set<string>();
  const gone = new Set<string>();

  async function tell({ incident, place, told, calls, noted }: Telling): Promise<void> {
    const lines = incident.history.slice(told);
    if (lines.length === 0) return;
    const known = sure.has(incident.id) ? NOTHING : await linesIn(place.message, told, calls);
    const calling = lines.findLast((line) => mentionOf(incident, line, role) !== undefined);
    for (const [index, line] of lines.entries()) {
      const now = told + index + 1;
      if (known.has(lineText(line))) continue;
      await say(bodyOf(incident, line, now, line === calling ? mentionOf(incident, line, role) : undefined), { incident, place, calls });
      await noted(now);
    }
    sure.add(incident.id);
  }

  /** What the thread says already. More than the first line was told in one: where there is none, it was deleted. */
  async function linesIn(thread: string, told: number, calls: Calls): Promise<ReadonlySet<string>> {
    try {
      const found = Messages.parse(await calls.get(Routes.channelMessages(thread), { limit: MOST_READ }));
      return new Set(found.map(({ content }) => content.replace(CALL, '')));
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (told > 1 && isCode(error, RESTJSONErrorCodes.UnknownChannel)) gone.add(thread);
      return NOTHING;
    }
  }

  async function say(body: object, about: Pick<Telling, 'incident' | 'place' | 'calls'>): Promise<void> {
    const { place, calls } = about;
    if ((await isOpen(about)) && (await sayInThread(place.message, body, calls))) return;
    await posts.take();
    const reference = { message_id: place.message, fail_if_not_exists: false };
    await calls.post(Routes.channelMessages(place.channel), { ...body, message_reference: reference });
  }

  /** False where no thread can be started. */
  async function isOpen({ incident, place, calls }: Pick<Telling, 'incident' | 'place' | 'calls'>): Promise<boolean> {
    const { channel, message } = place;
    if (there.has(message) || gone.has(message)) return there.has(message);
    await starts.take();
    try {
      await calls.post(Routes.threads(channel, message), { name: cut(incident.title, LONGEST_NAME) });
    } catch (error) {
      if (isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
      if (!isCode(error, RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage)) {
        if (!isRefused(error)) throw error;
        return false;
      }
    }
    there.add(message);
    return true;
  }

  /** False where the thread is gone, or closed for the bot. */
  async function sayInThread(thread: string, body: object, calls: Calls): Promise<boolean> {
    const post = (): Promise<unknown> => calls.post(Routes.channelMessages(thread), body);
    try {
      await post().catch(async (error: unknown) => {
        if (!isCode(error, RESTJSONErrorCodes.ThreadLocked) && !isCode(error, ARCHIVED)) throw error;
        await calls.patch(Routes.channel(thread), { archived: false, locked: false });
        await post();
      });
      return true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      there.delete(thread);
      if (isCode(error, RESTJSONErrorCodes.UnknownChannel)) gone.add(thread);
      return false;
    }
  }

  return {
    tell,
    async archive({ message }, calls) {
      if (!there.has(message)) return;
      try {
        await calls.patch(Routes.channel(message), { archived: true });
      } catch (error) {
        if (!isRefused(error)) throw error; // gone or put away by somebody: it is as it should be
      }
      there.delete(message);
    },
    isNew(incident) {
      sure.add(incident);
    },
    doubt(incident) {
      sure.delete(incident);
    },
  };
}

const NOTHING: ReadonlySet<string> = new Set();
/** How a line calls somebody. */
const CALL = / · <@&?\d+>$/;

type Mention = { readonly roles: [string] } | { readonly users: [string] };

/** Whom a line calls. What is over, or in somebody's hands by now, calls nobody. */
function mentionOf(incident: Incident, { wakes }: HistoryLine, role: string | undefined): Mention | undefined {
  const { ack } = incident;
  if (isOver(incident)) return undefined;
  if (wakes === 'role') return role === undefined || ack !== undefined ? undefined : { roles: [role] };
  return wakes === 'person' && ack !== undefined && isUser(ack.by) ? { users: [ack.by] } : undefined;
}

function called(mention: Mention): string {
  return 'roles' in mention ? `<@&${mention.roles[0]}>` : `<@${mention.users[0]}>`;
}

function lineText(line: HistoryLine): string {
  return cut(historyText(line), LONGEST_TEXT);
}

/** The nonce is made of the number of the line: Discord drops a second copy whoever sends it. */
function bodyOf({ id }: Incident, line: HistoryLine, number: number, mention: Mention | undefined): object {
  const once = nonce(`${id} line ${number}`);
  if (mention !== undefined)
    return { content: `${lineText(line)} · ${called(mention)}`, allowed_mentions: { parse: [], ...mention }, ...once };
  return { content: lineText(line), flags: MessageFlags.SuppressNotifications, allowed_mentions: { parse: [] }, ...once };
}

/** True for what Discord refuses for good: there is no such thing, or the bot may not. */
function isRefused(error: unknown): boolean {
  const { reason } = discordError(error);
  return reason === 'notFound' || reason === 'forbidden' || reason === 'invalid';
}
