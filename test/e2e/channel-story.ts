/** What became of a channel, as a person who watches it would tell: each message when it was posted, and each time when it read otherwise. */
import type { APIMessage } from 'discord-api-types/v10';
import { messageText } from '../../lab/discord/text.ts';
import { expect } from 'vitest';
import type { LabDiscord } from '../../lab/discord/index.ts';

/** Longer than anything that a healthy lab makes anybody wait for. */
const PATIENCE_MS = 15_000;

export interface ChannelStory {
  /** Since the last {@link forget}: `posts …` and `edits …`, with what could be read then. Times and ids are taken out. */
  told(): readonly string[];
  /** What stands there now. */
  messages(): readonly APIMessage[];
  /** What the newest messages say now, the oldest first. */
  last(count: number): readonly string[];
  /** What the threads say, by the title of each. */
  threads(): Readonly<Record<string, readonly string[]>>;
  /** Resolves when something was told since the last {@link forget} that has this in it; or so many of them. */
  tells(text: string, times?: number): Promise<void>;
  forget(): void;
}

export function createChannelStory(discord: LabDiscord, name: string): ChannelStory {
  let since = 0;
  const prefix = `#${name} `;
  const all = (): readonly string[] =>
    discord.transcript.flatMap((entry) => {
      const did = /^(?<channel>#\S+ )\S+ (?<act>posts|edits)\n/.exec(entry)?.groups;
      if (did?.['channel'] !== prefix) return [];
      const [, ...lines] = entry.split('\n');
      return [`${did['act']} ${lines.map((line) => timeless(line.slice(4))).join('\n')}`];
    });
  const told = (): readonly string[] => all().slice(since);
  return {
    told,
    messages: () => discord.posts(discord.channel(name)),
    last: (count) =>
      discord
        .posts(discord.channel(name))
        .slice(-count)
        .map((message) => timeless(messageText(message))),
    threads: () =>
      Object.fromEntries(
        discord
          .threads(discord.channel(name))
          .map((thread) => [
            thread.name,
            discord.posts(thread).flatMap(({ content }) => content.split('\n').map((line) => timeless(line.replace(/^<t:\d+:T> /, '')))),
          ]),
      ),
    async tells(text, times = 1) {
      const count = (): number => told().filter((one) => one.includes(text)).length;
      await expect
        .poll(count, { timeout: PATIENCE_MS, interval: 20, message: `${text} in ${told().join('\n')}` })
        .toBeGreaterThanOrEqual(times);
    },
    forget() {
      since = all().length;
    },
  };
}

/** Without instants, durations, latencies and ports, which are others each time. */
function timeless(text: string): string {
  return text
    .replaceAll(/<t:\d+:\w>/g, '<time>')
    .replaceAll(/\bfor \d+ (?:ms|s|min|h|d)\b(?: \d+ (?:s|min|h)\b)?/g, 'for <time>')
    .replaceAll(/\b\d+(?:\.\d+)? ms\b/g, '<ms>')
    .replaceAll(/\b127\.0\.0\.1:\d+/g, '<here>')
    .replaceAll(/· [\da-z]{10}-[\da-z]+/g, '· <id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, '<date>');
}
