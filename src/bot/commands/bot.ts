import { formatDuration } from '../../core/duration.ts';
import { toFailure, type Failure } from '../../core/errors.ts';
import { acknowledge, answerQuietly } from '../acknowledge.ts';
import { plain, prose, relativeTime, type Card } from '../card.ts';
import type { Asking, BotCommand } from '../command.ts';

export const botCommand: BotCommand = {
  name: 'bot',
  describe: "The bot's own health: Discord, Redis, workers, schedules",
  role: 'viewer',
  options: [],
  async execute(interaction, asking) {
    // First of all: what it asks may not answer in time.
    await acknowledge(interaction, 'byOne');
    await answerQuietly(interaction, await healthCard(asking));
  },
};

async function healthCard({ client, context, undelivered, unshown }: Asking): Promise<Card> {
  const { clock, version, startedAt } = context;
  const queue = await queueText(context);
  const ping = client.ws.ping < 0 ? 'no heartbeat answered yet' : `heartbeat ${Math.round(client.ws.ping)} ms`;
  const schedules = context.schedules().map(({ name, at }) => `${name} ${at === undefined ? 'off' : relativeTime(at)}`);
  const unposted = [...unpostedLine('Notices', undelivered()), ...unpostedLine('Alerts', unshown())];
  return {
    tone: queue.ok && unposted.length === 0 ? 'good' : 'bad',
    title: `meshwarden ${version} · up ${formatDuration(clock.now() - startedAt)}`,
    body: [
      `**Discord** connected · ${ping}`,
      `**Queue** ${queue.text}`,
      ...unposted,
      `**Schedules** ${schedules.length === 0 ? 'none in this process' : schedules.join(' · ')}`,
    ],
  };
}

function unpostedLine(what: string, failure: Failure | undefined): readonly string[] {
  if (failure === undefined) return [];
  return [`**${what}** cannot be posted: ${plain(failure.message)}. ${prose(failure.next ?? 'It is tried again.')}`];
}

async function queueText({ jobs, outbox, redisAway }: Asking['context']): Promise<{ readonly ok: boolean; readonly text: string }> {
  const away = redisAway();
  if (away !== undefined) return { ok: false, text: `Redis is away: ${plain(away)}. Jobs and notices wait until it is back.` };
  try {
    const { waiting, active, failed, workers } = await jobs.counts();
    const depth = await outbox.depth();
    const text = `${workers} ${workers === 1 ? 'worker' : 'workers'} · ${active} running · ${waiting} waiting · ${failed} failed · ${depth} notices to post`;
    return { ok: workers > 0, text: workers > 0 ? text : `${text}. No worker runs: start one with \`meshwarden start --role worker\`.` };
  } catch (error) {
    return { ok: false, text: plain(toFailure(error).message) };
  }
}
