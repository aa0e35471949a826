/** What became of a channel, as a person who watches it would tell: each message when it was posted, and each time when it read otherwise. */
import type { APIMessage } from 'discord-api-types/v10';
import { messageText } from '../../lab/discord/text.ts';
import { expect } from 'vitest';
import type { LabDiscord } from '../../lab/discord/index.ts';

/** Longer than anything that a healthy lab makes anybody wait for. */
const PATIENCE_MS = 20_000;

export interface ChannelStory {
  /** Since the last {@link forget}: `posts …` and `edits …`, with what matters of what could be read then. Times are taken out. */
  told(): readonly string[];
  /** What stands there now. */
  messages(): readonly APIMessage[];
  /** What the newest messages say now, the oldest first. */
  last(count: number): readonly string[];
  /** What the thread under the newest message says, without the time before each line. */
  thread(): readonly string[];
  /** Resolves when something was told since the last {@link forget} that has this in it; or so many of them. */
  tells(text: string, times?: number, withinMs?: number): Promise<void>;
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
      return [`${did['act']} ${essence(lines.map((line) => line.slice(4)))}`];
    });
  const told = (): readonly string[] => all().slice(since);
  return {
    told,
    messages: () => discord.posts(discord.channel(name)),
    last: (count) =>
      discord
        .posts(discord.channel(name))
        .slice(-count)
        .map((message) => essence(messageText(message).split('\n'))),
    thread() {
      const newest = discord.posts(discord.channel(name)).at(-1);
      const thread = discord.threads(discord.channel(name)).find(({ id }) => id === newest?.id);
      if (thread === undefined) return [];
      return discord.posts(thread).flatMap(({ content }) => content.split('\n').map((line) => timeless(line.replace(/^<t:\d+:T> /, ''))));
    },
    async tells(text, times = 1, withinMs = PATIENCE_MS) {
      const count = (): number => told().filter((one) => one.includes(text)).length;
      await expect
        .poll(count, { timeout: withinMs, interval: 20, message: `${text} in ${told().join('\n')}` })
        .toBeGreaterThanOrEqual(times);
    },
    forget() {
      since = all().length;
    },
  };
}

/** What a card must say wherever it says it: what is wrong, how sure, what it hides, who has it, how it ended. */
const MATTERS =
  /^(?:### |Hides |Acked by |Quiet |Cause seen: |Of what it hid|The hidden subject|\d+ hidden subjects|Told only now|It comes and goes|Well again|What was known of this)|^(?:\d+ of \d+ probes|Seen by one probe|No probe)/;
/** What it says of the way back, amid other things. */
const BESIDE = /cluster-\w → cluster-\w: fails too/;

/** Without what helps and explains: facts, the next step, commands, the small print. */
function essence(lines: readonly string[]): string {
  return lines.flatMap((line) => (MATTERS.test(line) ? [timeless(line)] : (BESIDE.exec(line) ?? []).slice(0, 1))).join('\n');
}

/** Without instants, durations and latencies, which are others each time. */
function timeless(text: string): string {
  return text
    .replaceAll(/<t:\d+:\w>/g, '<time>')
    .replaceAll(/\bfor \d+ (?:ms|s|min|h|d)\b(?: \d+ (?:s|min|h)\b)?/g, 'for <time>')
    .replaceAll(/\b\d+ (?:ms|s|min)\b(?: \d+ s\b)? after it began/g, '<time> after it began')
    .replaceAll(/\bafter \d+ (?:ms|s|min|h|d)\b(?: \d+ (?:s|min|h)\b)?/g, 'after <time>')
    .replaceAll(/\b\d+(?:\.\d+)? ms\b/g, '<ms>');
}
