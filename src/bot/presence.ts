import { ActivityType, Events, type Client, type PresenceStatusData } from 'discord.js';
import type { AlertState } from '../alerts/model.ts';
import { toFailure } from '../core/errors.ts';
import type { BotContext } from './context.ts';
import { isStatus } from './results.ts';

/** Discord takes 20 changes a minute at most, and nobody needs them sooner. */
const EVERY_MS = 30_000;

/** What the bot shows of itself in the list of members. */
export interface Health {
  readonly status: PresenceStatusData;
  readonly text: string;
}

/** Keeps the bot's presence equal to the health of what it speaks for. */
export function startPresence(client: Client, context: BotContext, signal: AbortSignal): void {
  const { clock, log } = context;
  let shown = '';
  // A new session begins with no presence.
  client.on(Events.ShardReady, () => (shown = ''));
  async function look(): Promise<void> {
    try {
      const { status, text } = await healthOf(context);
      const now = `${status} ${text}`;
      if (!signal.aborted && now !== shown)
        client.user?.setPresence({ status, activities: [{ type: ActivityType.Custom, name: 'health', state: text }] });
      shown = now;
    } catch (error) {
      log.debug({ component: 'bot', err: error }, 'the presence was not set');
    }
    if (!signal.aborted) clock.after(EVERY_MS, () => void look());
  }
  void look();
}

/** `online` where all is well, `idle` where somebody should look, `dnd` where the bot itself can do nothing. */
export async function healthOf({ jobs, redisAway, alertState }: Pick<BotContext, 'jobs' | 'redisAway' | 'alertState'>): Promise<Health> {
  if (redisAway() !== undefined) return { status: 'dnd', text: 'Redis is away' };
  try {
    const { workers } = await jobs.counts();
    if (workers === 0) return { status: 'idle', text: 'No worker runs' };
    const pages = openPages(await alertState?.());
    if (pages > 0) return { status: 'idle', text: `${pages} ${pages === 1 ? 'page is' : 'pages are'} open` };
    const latest = await jobs.latest('observe-mesh');
    return latest?.ok === true && isStatus(latest.value) ? meshHealth(latest.value) : { status: 'online', text: 'Ready' };
  } catch (error) {
    return { status: 'dnd', text: toFailure(error).message.slice(0, 100) };
  }
}

/** Pages that people were told of, whoever has them in hand. */
function openPages(state: AlertState | undefined): number {
  return Object.values(state?.incidents ?? {}).filter(
    ({ severity, endedAt, announcedAt }) => severity === 'page' && endedAt === undefined && announcedAt !== undefined,
  ).length;
}

function meshHealth({
  report,
  clusters,
}: {
  readonly report: { verdict: string; problems: readonly unknown[] };
  readonly clusters: readonly unknown[];
}): Health {
  const problems = report.problems.length;
  const size = `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`;
  if (problems > 0) return { status: 'idle', text: `${problems} ${problems === 1 ? 'problem' : 'problems'} · ${size}` };
  return report.verdict === 'healthy'
    ? { status: 'online', text: `Mesh healthy · ${size}` }
    : { status: 'idle', text: `Not all seen · ${size}` };
}
