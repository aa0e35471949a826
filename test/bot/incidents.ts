/** The product with a board in memory, and what it sent about incidents. */
import { expect } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { messageText } from '../../lab/discord/text.ts';
import { testBoard, type TestBoard } from './incident-samples.ts';
import { setUp, type Setup, type SetupOptions } from './product.ts';

export interface Watching extends Setup {
  readonly incidents: TestBoard;
}

/** No bot yet. Timers of the product run twenty times faster. */
export async function watched(options: SetupOptions = {}): Promise<Watching> {
  const incidents = testBoard();
  const setup = await setUp({ faster: 20, incidents, ...options });
  return { ...setup, incidents };
}

/** Resolves when nothing is due any more. */
export async function allShown({ incidents }: Watching, timeout = 20_000): Promise<void> {
  await expect.poll(() => incidents.due(1_000).then((due) => due.map(({ incident: { id } }) => id)), { timeout }).toEqual([]);
}

/** What the bot sent to the channel and its threads, in order: `POST #alerts/messages 200`. */
export function sent({ d }: Watching): readonly string[] {
  const alerts = `/channels/${d.channel('alerts').id}`;
  return d.requests.flatMap(({ method, route, path, status }) => {
    if (!path.startsWith('/channels/') || (method === 'GET' && !route.endsWith('/messages'))) return [];
    const where = path.startsWith(alerts) ? '#alerts' : 'thread';
    return [`${method} ${where}${route.replace(/^\S+ \/channels\/\{channel_id\}/, '')} ${status}`];
  });
}

export function posted({ d }: Watching): readonly APIMessage[] {
  return d.posts(d.channel('alerts'));
}

/** The first line of each message of the channel. */
export function titles(setup: Watching): readonly string[] {
  return posted(setup).map((message) => messageText(message).split('\n')[0] ?? '');
}

/** What the threads say, without the time of day before each line; and whether each is put away. */
export function threads({ d }: Watching): readonly { readonly archived: boolean; readonly lines: readonly string[] }[] {
  return d.threads(d.channel('alerts')).map((thread) => ({
    archived: thread.thread?.archived === true,
    lines: d.posts(thread).flatMap(({ content }) => content.split('\n').map((line) => line.replace(/^<t:\d+:T> /, ''))),
  }));
}
