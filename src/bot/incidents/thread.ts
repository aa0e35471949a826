/** The thread under an incident's message: its history, each line once, in order. */
import { MessageFlags, RESTJSONErrorCodes, Routes, type Client } from 'discord.js';
import { z } from 'zod';
import type { HistoryLine, Incident } from '../../alerts/model.ts';
import { cut } from '../card.ts';
import { discordError, isCode } from '../discord-error.ts';
import { nonce } from '../nonce.ts';
import { packed } from '../packed.ts';
import { historyText, isOver } from '../render/incident.ts';
import { isUser } from '../render/person.ts';
import type { Pace } from './pace.ts';

/** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
const LONGEST_NAME = 100;
const MOST_READ = 100;

const Messages = z.array(z.object({ content: z.string() }));

export interface Place {
  readonly channel: string;
  readonly message: string;
}

export interface ThreadOptions {
  readonly client: Client;
  /** Of posts into the channel, and of new threads. */
  readonly posts: Pace;
  readonly threads: Pace;
  /** The role that a page which nobody acknowledged calls. */
  readonly role: string | undefined;
}

/** What goes into one message of the thread. */
interface Piece {
  readonly content: string;
  /** How many lines of the history have been told after it. */
  readonly told: number;
  readonly mention: Mention | undefined;
}

type Mention = { readonly roles: [string] } | { readonly users: [string] };

export interface Thread {
  /**
   * Tells what comes after the first `told` lines; `noted` is called after each message with how many have been told by then. Where there can be no
   * thread, the lines answer the message instead.
   */
  tell(incident: Incident, place: Place, told: number, noted: (told: number) => Promise<void>): Promise<void>;
  /** Puts the thread away, if there is one. */
  archive(place: Place): Promise<void>;
  /** Its message was just posted: nothing can hang on it. */
  isNew(incident: string): void;
  /** It is not sure any more what of this incident was told: the thread is read before more is. */
  doubt(incident: string): void;
}

export function createThread({ client, posts, threads, role }: ThreadOptions): Thread {
  const { rest } = client;
  /** Incidents of which `told` is right for sure, and threads that are known to be there. */
  const sure = new Set<string>();
  const there = new Set<string>();
  /** Threads that somebody deleted. */
  const gone = new Set<string>();

  async function tell(...[incident, place, told, noted]: Parameters<Thread['tell']>): Promise<void> {
    const lines = incident.history.slice(told);
    if (lines.length === 0) return;
    const known = sure.has(incident.id) ? NOTHING : await linesIn(place.message, told);
    const isOpen = there.has(place.message) || (!gone.has(place.message) && (await start(incident, place)));
    const texts = lines.map((line, index) => ({ line, told: told + index + 1, text: historyText(line) }));
    const missing = texts.filter(({ text }) => !known.has(text));
    for (const piece of piecesOf(incident, missing)) {
      await say(piece, incident, place, isOpen);
      await noted(piece.told);
    }
    sure.add(incident.id);
  }

  /** What the thread says already. More than the first line was told in one: where there is none, it was deleted. */
  async function linesIn(thread: string, told: number): Promise<ReadonlySet<string>> {
    try {
      const query = new URLSearchParams({ limit: String(MOST_READ) });
      const found = Messages.parse(await rest.get(Routes.channelMessages(thread), { query }));
      return new Set(found.flatMap(({ content }) => content.split('\n').map(withoutMention)));
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (told > 1 && isCode(error, RESTJSONErrorCodes.UnknownChannel)) gone.add(thread);
      return NOTHING;
    }
  }

  /** False where no thread can be started. */
  async function start({ title }: Incident, { channel, message }: Place): Promise<boolean> {
    await threads.take();
    try {
      await rest.post(Routes.threads(channel, message), { body: { name: cut(title, LONGEST_NAME) } });
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

  async function say(piece: Piece, incident: Incident, place: Place, isOpen: boolean): Promise<void> {
    const body = bodyOf(piece, incident);
    if (isOpen && (await sayInThread(place.message, body))) return;
    await posts.take();
    const reference = { message_id: place.message, fail_if_not_exists: false };
    await rest.post(Routes.channelMessages(place.channel), { body: { ...body, message_reference: reference } });
  }

  /** False where the thread is gone, or closed for the bot. */
  async function sayInThread(thread: string, body: object): Promise<boolean> {
    const post = (): Promise<unknown> => rest.post(Routes.channelMessages(thread), { body });
    try {
      await post().catch(async (error: unknown) => {
        if (!isCode(error, RESTJSONErrorCodes.ThreadLocked) && !isCode(error, ARCHIVED)) throw error;
        await rest.patch(Routes.channel(thread), { body: { archived: false, locked: false } });
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

  function piecesOf(incident: Incident, lines: readonly { line: HistoryLine; told: number; text: string }[]): readonly Piece[] {
    const waking = lines.findLast(({ line }) => mentionOf(incident, line, role) !== undefined);
    const before = lines.filter(({ told }) => waking === undefined || told < waking.told);
    const after = waking === undefined ? [] : lines.filter(({ told }) => told > waking.told);
    return [...quiet(before), ...(waking === undefined ? [] : [loud(incident, waking)]), ...quiet(after)];
  }

  function loud(incident: Incident, { line, told, text }: { line: HistoryLine; told: number; text: string }): Piece {
    const mention = mentionOf(incident, line, role);
    return { content: mention === undefined ? text : `${text}${CALLS}${called(mention)}`, told, mention };
  }

  return {
    tell,
    async archive({ message }) {
      if (!there.has(message)) return;
      try {
        await rest.patch(Routes.channel(message), { body: { archived: true } });
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

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const ARCHIVED = 50_083 as RESTJSONErrorCodes;
const CALLS = ' · ';
const NOTHING: ReadonlySet<string> = new Set();

function called(mention: Mention): string {
  return 'roles' in mention ? `<@&${mention.roles[0]}>` : `<@${mention.users[0]}>`;
}

function withoutMention(line: string): string {
  return line.replace(/ · <@&?\d+>$/, '');
}

/** Whom a line calls. What is over, or in somebody's hands by now, calls nobody. */
function mentionOf(incident: Incident, { wakes }: HistoryLine, role: string | undefined): Mention | undefined {
  const { ack } = incident;
  if (isOver(incident)) return undefined;
  if (wakes === 'role') return role === undefined || ack !== undefined ? undefined : { roles: [role] };
  return wakes === 'person' && ack !== undefined && isUser(ack.by) ? { users: [ack.by] } : undefined;
}

function quiet(lines: readonly { told: number; text: string }[]): readonly Piece[] {
  const contents = packed(lines.map(({ text }) => text));
  let next = 0;
  return contents.map((content) => {
    next += content.split('\n').length;
    return { content, told: lines[next - 1]?.told ?? 0, mention: undefined };
  });
}

function bodyOf({ content, told, mention }: Piece, { id }: Incident): object {
  return {
    content,
    ...(mention === undefined ? { flags: MessageFlags.SuppressNotifications } : {}),
    allowed_mentions: { parse: [], ...mention },
    ...nonce(`${id} ${told} ${content}`),
  };
}

/** True for what Discord refuses for good: there is no such thing, or the bot may not. */
function isRefused(error: unknown): boolean {
  const { reason } = discordError(error);
  return reason === 'notFound' || reason === 'forbidden' || reason === 'invalid';
}
