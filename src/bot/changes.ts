import { RESTJSONErrorCodes, SnowflakeUtil, Routes, type Client } from 'discord.js';
import { MessageFlags } from 'discord-api-types/v10';
import type { ChangeView } from '../changes/ports.ts';
import { withDeadline } from '../core/abort.ts';
import { HOUR } from '../core/duration.ts';
import { cut, toBody } from './card.ts';
import type { Board, DueView } from './change-ports.ts';
import type { BotContext } from './context.ts';
import { discordError, isCode, isPassing } from './discord-error.ts';
import { nonce } from './nonce.ts';
import { packed } from './packed.ts';
import { changeCard, isOver } from './render/change.ts';
import { newsOf, type News } from './render/history.ts';

/** How often the board is looked at, and how long showing one change may take, in milliseconds. */
const LOOK_EVERY_MS = 2_000;
const SHOW_MS = 20_000;
/** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
const LONGEST_NAME = 100;

type Place = NonNullable<ChangeView['shownIn']>;

export interface ChangeWatcher {
  /** Resolves soon after the signal was aborted. */
  readonly stopped: Promise<void>;
}

/**
 * Keeps the message of each change equal to how it stands, and writes its history into one thread under it. What was shown is noted on the board, so that
 * neither a restart nor a second bot says anything twice.
 */
export function startChangeWatcher(client: Client, context: BotContext, signal: AbortSignal): ChangeWatcher {
  const { clock, changes } = context;
  const log = context.log.child({ component: 'changes' });

  async function run(board: Board): Promise<void> {
    while (!signal.aborted) {
      await round(board).catch((error: unknown) => log.debug({ err: error }, 'the board could not be read; it is looked at again'));
      // Ends early only when the bot stops, which the loop sees by itself.
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  async function round(board: Board): Promise<void> {
    for (const due of await board.due()) {
      if (signal.aborted) return;
      const news = newsOf(due.view, due.told);
      if (await isShown(due, news)) await board.shown(due.view.id, due.version, news.told);
    }
  }

  /** False where it may work later. What Discord refuses for good is logged and counts as shown: it would be refused for ever. */
  async function isShown({ view }: DueView, news: News): Promise<boolean> {
    const { shownIn: place, id } = view;
    if (place === undefined) return true;
    try {
      await withDeadline(clock, SHOW_MS, 'Showing a change', () => show(view, place, news), signal);
      return true;
    } catch (error) {
      const failure = discordError(error);
      const { reason, message: why, next } = failure;
      log.warn({ change: id, reason, why, next }, 'how a change stands could not be shown');
      return !isPassing(failure) && reason !== 'rateLimited';
    }
  }

  async function show(view: ChangeView, place: Place, news: News): Promise<void> {
    // Discord takes few edits of a message that is older than an hour (30046): they are kept for what changes the state.
    const old = clock.now() - SnowflakeUtil.timestampFrom(place.message) >= HOUR;
    if (!old || news.changed) await edit(view, place);
    if (news.lines.length > 0) await tell(view, place, news.lines);
    if (isOver(view)) await client.rest.patch(Routes.channel(place.message), { body: { archived: true } });
  }

  async function edit(view: ChangeView, { channel, message }: Place): Promise<void> {
    const card = changeCard(view);
    try {
      await client.rest.patch(Routes.channelMessage(channel, message), { body: toBody(card) });
    } catch (error) {
      if (discordError(error).reason !== 'rateLimited' || !isOver(view)) throw error;
      // The last word is said in a new message where the old one takes no more edits.
      await client.rest.post(Routes.channelMessages(channel), { body: { ...toBody(card), ...nonce(`${view.id} end`) } });
    }
  }

  async function tell(view: ChangeView, { channel, message }: Place, lines: readonly string[]): Promise<void> {
    await startThread(view, channel, message);
    for (const content of packed(lines)) {
      // A thread has the id of the message that it hangs on. Nobody is woken by it.
      await client.rest.post(Routes.channelMessages(message), {
        body: { content, flags: MessageFlags.SuppressNotifications, allowed_mentions: { parse: [] }, ...nonce(`${view.id} ${content}`) },
      });
    }
  }

  async function startThread({ title }: ChangeView, channel: string, message: string): Promise<void> {
    try {
      await client.rest.post(Routes.threads(channel, message), { body: { name: cut(title, LONGEST_NAME) } });
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage)) throw error;
    }
  }

  return { stopped: changes === undefined ? Promise.resolve() : run(changes.board) };
}
