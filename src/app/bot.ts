/** The bot as the configuration wants it, over what Redis keeps for it. */
import type { Notice } from '../actions/notice.ts';
import type { AccessRules } from '../bot/access.ts';
import type { AuditEntry, ChangeView } from '../changes/ports.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Schedules } from '../jobs/schedules.ts';
import { createAlertStore } from '../store/alerts.ts';
import { createBoard } from '../store/board.ts';
import { createBotBackoff } from '../store/bot-backoff.ts';
import { createClaims } from '../store/claims.ts';
import type { RedisConnections } from '../store/connection.ts';
import { createIncidentBoard } from '../store/incidents.ts';
import { createOutbox } from '../store/outbox.ts';
import { createPendingReplies } from '../store/replies.ts';
import { openProposals, record } from './changes.ts';

interface BotParts {
  readonly config: Config;
  readonly machine: { readonly clock: Clock; readonly random: Random; readonly log: Logger; readonly version: string };
  readonly connections: RedisConnections;
  readonly queue: JobQueue;
  readonly schedules: Schedules | undefined;
  readonly startedAt: number;
}

/** The bot is loaded only where it runs: discord.js is a third of the memory of a worker. */
export async function superviseConfiguredBot({
  config,
  machine,
  connections,
  queue,
  schedules,
  startedAt,
}: BotParts): Promise<{ attempted: Promise<void>; stop(): Promise<void> } | undefined> {
  const { discord, alerts } = config;
  if (discord?.token === undefined) {
    machine.log.warn({ component: 'bot' }, 'no bot: the configuration has no Discord section');
    return undefined;
  }
  const { token, api, guild, viewer, operator, admins, channels } = discord;
  const [{ startBot }, { createFallback }, { superviseBot }] = await Promise.all([
    import('../bot/bot.ts'),
    import('../bot/fallback.ts'),
    import('../bot/supervise.ts'),
  ]);
  const store = connections.open('prompt');
  const access: AccessRules = { guild, viewer, operator, admins };
  const followed = createAlertStore(store, () => machine.clock.now());
  const context = {
    ...machine,
    jobs: queue,
    claims: createClaims(store),
    replies: createPendingReplies(store),
    outbox: createOutbox<Notice>(store),
    access,
    clusters: config.clusters.map(({ name }) => name),
    alertsChannel: channels.alerts,
    ...(channels.audit === undefined ? {} : { auditChannel: channels.audit }),
    changes: {
      proposals: openProposals(config, store, machine),
      board: createBoard<ChangeView>(store),
      audit: { add: (entry: AuditEntry) => record(entry, config, store) },
    },
    incidents: createIncidentBoard(store),
    alertState: () => followed.load().then(({ state }) => state),
    ...(alerts.escalation === undefined ? {} : { escalationRole: alerts.escalation.role }),
    startedAt,
    redisAway: () => connections.away(),
    schedules: () => schedules?.next() ?? [],
  };
  const { fallbackWebhook: webhook } = alerts;
  return superviseBot({
    start: (signal) => startBot({ token, api, context, signal }),
    memory: createBotBackoff(store),
    ...(webhook === undefined ? {} : { fallback: createFallback({ ...context, webhook, api }) }),
    ...machine,
  });
}
