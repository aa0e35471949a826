import type { Client } from 'discord.js';
import { withDeadline } from '../../core/abort.ts';
import { SECOND } from '../../core/duration.ts';
import { toFailure, type Failure, type OperatorError } from '../../core/errors.ts';
import type { DueIncident, IncidentBoard } from '../../actions/alerts.ts';
import type { BotContext } from '../context.ts';
import { discordError, isPassing } from '../discord-error.ts';
import { createDesk } from './desk.ts';
import { createHolds } from './holds.ts';
import { byUrgency } from './order.ts';
import { orphanCard } from './orphans.ts';
import { readOwnMessages } from './own-messages.ts';
import { createTurns } from './turns.ts';

/** How often the board is looked at, and how long showing one incident may take, in milliseconds. */
const LOOK_EVERY_MS = SECOND / 4;
const SHOW_MS = 30 * SECOND;
/** So many are read at a time, and so many shown before the board is read again: a page does not wait for what was there before it. */
const MOST_READ = 1_000;
const SHOWN_AT_ONCE = 3;
/** Where so many fail and none can be shown it is Discord or the channel, and everything waits. */
const ALL_FAIL = 3;
const EVERYTHING = '';
/** How often open messages are looked for that nobody knows any more, in looks. */
const SWEEP_EVERY = 240;

export interface IncidentWatcher {
  /** Why the last incident could not be shown; undefined once one could. */
  failure(): Failure | undefined;
  /** Resolves soon after the signal was aborted. */
  readonly stopped: Promise<void>;
}

/** Shows every incident that is due, pages first and among them the oldest. What fails is tried again and holds up nothing else. */
export function startIncidentWatcher(client: Client, context: BotContext, signal: AbortSignal): IncidentWatcher {
  const { clock, incidents: board, alertsChannel: channel, escalationRole: role } = context;
  if (board === undefined) return { failure: () => undefined, stopped: Promise.resolve() };
  const log = context.log.child({ component: 'incidents' });
  const own = readOwnMessages(client, channel, log);
  const desk = createDesk({ client, clock, board, channel, role, own });
  const turns = createTurns(context.claims, clock);
  const holds = createHolds();
  let failure: Failure | undefined;
  /** Those that failed since one could be shown, and at which failure. One alone holds up nobody, however often it fails. */
  const failing = new Map<string, number>();
  let failures = 0;

  async function run(on: IncidentBoard): Promise<void> {
    for (let looks = 0; !signal.aborted; looks += 1) {
      holds.look();
      const more = await round(on).catch((error: unknown) => log.debug({ err: error }, 'incidents could not be read; they are again'));
      if (looks % SWEEP_EVERY === 0)
        await sweep(on).catch((error: unknown) => log.debug({ err: error }, 'earlier messages could not be looked through'));
      // Ends early only when the bot stops, which the loop sees by itself.
      if (more !== true) await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Open messages that Redis lost say what is so now. */
  async function sweep(on: IncidentBoard): Promise<void> {
    const state = await context.alertState?.();
    if (state === undefined || holds.isHeld(EVERYTHING)) return;
    for (const message of await own.open()) {
      const card = orphanCard(message, state, clock.now());
      if (card === undefined || (await on.get(message.id)) !== undefined || !(await isOurTurn())) continue;
      await withDeadline(clock, SHOW_MS, 'Ending an alert that nobody knows', (until) => desk.close(message.message, card, until), signal);
      log.info({ incident: message.id, message: message.message }, 'an alert that nobody knew any more was ended');
    }
  }

  /** True where more can be shown at once. */
  async function round(on: IncidentBoard): Promise<boolean> {
    if (holds.isHeld(EVERYTHING)) return false;
    const due = await on.due(MOST_READ);
    holds.keep([EVERYTHING, ...due.map(({ incident }) => incident.id)]);
    let shown = 0;
    for (const { incident } of inTurn(due)) {
      if (holds.isHeld(incident.id)) continue;
      if (signal.aborted || holds.isHeld(EVERYTHING) || !(await isOurTurn())) return false;
      await showNow(on, incident.id);
      shown += 1;
      if (shown === SHOWN_AT_ONCE) return true;
    }
    return false;
  }

  /** Where all fail, what failed last is tried last: one that Discord never takes does not stand before the others when Discord is back. */
  function inTurn(due: readonly DueIncident[]): readonly DueIncident[] {
    const failedAt = ({ incident }: DueIncident): number => failing.get(incident.id) ?? 0;
    const order = byUrgency(due);
    return failing.size < ALL_FAIL ? order : order.toSorted((one, other) => failedAt(one) - failedAt(other));
  }

  /** Of several bots one shows everything for a while. What another did before is not known here. */
  async function isOurTurn(): Promise<boolean> {
    const turn = await turns.take();
    if (turn === 'new') own.doubt();
    return turn !== 'other';
  }

  /** As it is now: it may have changed while others were shown. */
  async function showNow(on: IncidentBoard, id: string): Promise<void> {
    const now = await on.get(id);
    if (now === undefined || (now.shown?.version ?? 0) >= now.incident.version) return;
    try {
      await withDeadline(clock, SHOW_MS, 'Showing an alert', (until) => desk.show(now, until), signal);
      holds.clear(id);
      holds.clear(EVERYTHING);
      failing.clear();
      failure = undefined;
    } catch (error) {
      if (!signal.aborted) putBack(id, discordError(error));
    }
  }

  function putBack(id: string, error: OperatorError): void {
    if (isPassing(error)) desk.doubt(id);
    const looks = Math.ceil((error.retryAfterMs ?? 0) / LOOK_EVERY_MS);
    const wait = holds.fail(id, looks);
    // What Discord wants to have later concerns one message, or is waited for by discord.js itself.
    failures += 1;
    if (error.reason !== 'rateLimited') failing.set(id, failures);
    if (failing.size >= ALL_FAIL) holds.fail(EVERYTHING);
    const isNews = failure?.message !== error.message;
    failure = toFailure(error);
    const { reason, message: why, next } = failure;
    log[isNews ? 'warn' : 'debug']({ incident: id, reason, why, next, looks: wait }, 'an alert could not be shown; it is tried again');
  }

  return { failure: () => failure, stopped: run(board) };
}
