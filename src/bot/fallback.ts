/**
 * Alerts through a webhook while the bot cannot log in. A webhook posts and nothing else: it knows no buttons and no threads, so each change of state is
 * one message of its own.
 *
 * What was posted there is noted with the version that the bot itself has shown, 0 where it has shown none. So the incident stays due for the bot, and
 * once it is back the channel says what is so: messages from before are edited, what is open is posted, and what began and ended meanwhile is not
 * said again, since people have read both.
 */
import { REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { DueIncident, IncidentBoard } from '../actions/alerts.ts';
import type { Incident } from '../alerts/model.ts';
import type { Clock } from '../core/clock.ts';
import { MINUTE, SECOND } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { Secret } from '../core/secret.ts';
import { toText } from './card.ts';
import type { Claims } from './context.ts';
import { discordError } from './discord-error.ts';
import { byUrgency } from './incidents/order.ts';
import { createHolds } from './incidents/holds.ts';
import { createPace } from './incidents/pace.ts';
import { createTurns } from './incidents/turns.ts';
import { incidentCard } from './render/incident.ts';
import { NEW_ADDRESS, readWebhook, type WebhookAddress } from './webhook-address.ts';

/** So long the bot must have been down, and so long another bot gets to show what is new. In milliseconds. */
const DOWN_MS = MINUTE;
const OTHERS_MS = 15 * SECOND;
const LOOK_EVERY_MS = 5 * SECOND;
/** In looks: half a minute. */
const LONGEST_WAIT = 6;
const MOST_READ = 1_000;
/** A webhook takes 30 messages a minute in a channel. */
const PACE = { burst: 5, everyMs: 2 * SECOND } as const;

const Posted = z.object({ id: z.string(), channel_id: z.string() });

export interface FallbackOptions {
  /** The whole address, as Discord shows it: its last part is as good as a password. */
  readonly webhook: Secret;
  /** Base address of Discord's API, without a version. */
  readonly api: string;
  readonly incidents: IncidentBoard;
  readonly claims: Claims;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Fallback {
  /** Posts for as long as the bot is down. `downSince`: since when it is, in UTC milliseconds; undefined while it is up. */
  run(downSince: () => number | undefined, signal: AbortSignal): Promise<void>;
}

/** An address that is no webhook of Discord's is logged: it stops neither the bot nor the jobs. */
export function createFallback(options: FallbackOptions): Fallback {
  const { clock } = options;
  const log = options.log.child({ component: 'fallback' });
  const hook = readWebhook(options.webhook);
  if (hook === undefined) {
    log.error({ next: NEW_ADDRESS }, 'the address of the fallback webhook is not one of Discord: nothing is posted while the bot is down');
    return { run: () => Promise.resolve() };
  }
  const round = createRound({ ...options, log }, hook);
  return {
    async run(downSince, signal) {
      while (!signal.aborted) {
        const since = downSince();
        if (since !== undefined && clock.now() - since >= DOWN_MS)
          await round(signal).catch((error: unknown) => log.debug({ err: error }, 'incidents could not be read; they are again'));
        // Ends early only when the bot stops for good, which the loop sees by itself.
        await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      }
    },
  };
}

/** One look at what is due. */
function createRound(
  { api, incidents: board, claims, clock, log }: FallbackOptions,
  { id, token }: WebhookAddress,
): (signal: AbortSignal) => Promise<void> {
  const rest = new REST({ api, timeout: 5_000, retries: 0 });
  const turns = createTurns(claims, clock);
  const holds = createHolds(LONGEST_WAIT);
  const pace = createPace(clock, PACE);

  async function round(signal: AbortSignal): Promise<void> {
    holds.look();
    const now = clock.now();
    const due = (await board.due(MOST_READ)).filter((one) => isNews(one) && now - changedAt(one.incident) >= OTHERS_MS);
    for (const one of byUrgency(due)) {
      if (signal.aborted || holds.isHeld(HOOK) || (await turns.take()) === 'other') return;
      await tell(one);
    }
  }

  async function tell({ incident, shown }: DueIncident): Promise<void> {
    try {
      const posted = await post(incident);
      const before = shown?.version === undefined || shown.version === 0 ? undefined : shown;
      const place = before ?? { version: 0, channel: posted.channel_id, message: posted.id, told: 0 };
      await board.shown(incident.id, { ...place, turn: incident.turn, fallback: true });
      holds.clear(HOOK);
      log.info({ incident: incident.id, message: posted.id }, 'an alert went through the fallback webhook');
    } catch (error) {
      const { reason, message: why, next } = discordError(error);
      const looks = holds.fail(HOOK);
      log.warn({ incident: incident.id, reason, why, next, looks }, 'an alert could not be posted through the fallback webhook');
    }
  }

  async function post(incident: Incident): Promise<z.infer<typeof Posted>> {
    await pace.take();
    const { buttons: _, footer = '', ...card } = incidentCard(incident, clock.now());
    const body = { content: toText({ ...card, footer: `${footer} · ${ELSEWHERE}` }), allowed_mentions: { parse: [] } };
    const query = new URLSearchParams({ wait: 'true' });
    return Posted.parse(await rest.post(Routes.webhook(id, token), { auth: false, query, body }));
  }

  return round;
}

const HOOK = 'webhook';

const ELSEWHERE = 'fallback webhook: the bot is down, so no buttons and no thread';

/** False where this state was posted there already, where nobody has to read of it, and for small changes of what is known. */
function isNews({ incident, shown }: DueIncident): boolean {
  if (incident.state === 'merged') return shown !== undefined && shown.turn !== incident.turn;
  return shown === undefined || shown.turn !== incident.turn;
}

function changedAt({ history, announcedAt, openedAt }: Incident): number {
  return Math.max(history.at(-1)?.at ?? 0, announcedAt ?? openedAt);
}
