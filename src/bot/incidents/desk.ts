/** Shows one incident: one message in the channel, posted once and then edited, and one thread under it. */
import { MessageFlags, RESTJSONErrorCodes, Routes, SnowflakeUtil, type Client } from 'discord.js';
import { z } from 'zod';
import type { DueIncident, IncidentBoard, ShownIncident } from '../../actions/alerts.ts';
import type { Incident } from '../../alerts/model.ts';
import type { Clock } from '../../core/clock.ts';
import { HOUR, SECOND } from '../../core/duration.ts';
import type { OperatorError } from '../../core/errors.ts';
import { toBody, type Card } from '../card.ts';
import { discordError, isCode } from '../discord-error.ts';
import { nonce } from '../nonce.ts';
import { incidentCard, isOver } from '../render/incident.ts';
import { callsUntil, type Calls } from './calls.ts';
import type { OwnMessages } from './own-messages.ts';
import { createPace, type Pace } from './pace.ts';
import { createThreads, type Place, type Threads } from './threads.ts';

const Posted = z.object({ id: z.string() });

export interface DeskOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly board: IncidentBoard;
  readonly channel: string;
  readonly role: string | undefined;
  readonly own: OwnMessages;
}

export interface Desk {
  /**
   * @throws what Discord or the board answered; what was done by then is noted or found again, and calling it again goes on from there. Nothing is done
   * any more once the signal was aborted.
   */
  show(due: DueIncident, signal: AbortSignal): Promise<void>;
  /** An open message that is of no incident any more says this instead. */
  close(message: string, card: Card, signal: AbortSignal): Promise<void>;
  /** What was sent last for it may have arrived or not. */
  doubt(incident: string): void;
}

/** Five at once, then one a second: a storm leaves Discord's limits room for whoever asks the bot something. */
const PACE = { burst: 5, everyMs: SECOND } as const;

export function createDesk(options: DeskOptions): Desk {
  const { client, clock, own, role } = options;
  const [posts, edits, starts] = [createPace(clock, PACE), createPace(clock, PACE), createPace(clock, PACE)];
  const threads = createThreads({ posts, starts, role });
  return {
    show: (due, signal) => createShowing({ ...options, posts, edits, threads, calls: callsUntil(client, signal), signal })(due),
    async close(message, card, signal) {
      await edits.take();
      try {
        await callsUntil(client, signal).patch(Routes.channelMessage(options.channel, message), toBody(card));
      } catch (error) {
        if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
      }
      own.forget(message);
    },
    doubt(incident) {
      own.doubt();
      threads.doubt(incident);
    },
  };
}

interface ShowingOptions extends DeskOptions {
  readonly posts: Pace;
  readonly edits: Pace;
  readonly threads: Threads;
  readonly calls: Calls;
  readonly signal: AbortSignal;
}

/** One attempt to show one incident. */
function createShowing({
  clock,
  board,
  channel,
  own,
  posts,
  edits,
  threads,
  calls,
  signal,
}: ShowingOptions): (due: DueIncident) => Promise<void> {
  async function show({ incident, shown }: DueIncident): Promise<void> {
    if (shown !== undefined && isPosted(shown)) return update(incident, shown);
    const earlier = await earlierOf(incident);
    if (earlier !== undefined) return takeOver(incident, earlier);
    // Who read of it elsewhere while the bot was away has read that it is over, and one that another alert explains is told of there.
    const isRead = isOver(incident) && (incident.state === 'merged' || (shown?.fallback === true && shown.turn === incident.turn));
    if (isRead) return note(incident, { channel, message: '' }, incident.history.length);
    return begin(incident);
  }

  /** What came and went before anything was posted is told by the message alone. */
  async function begin(incident: Incident): Promise<void> {
    const message = await post(incident, incident.id, clock.now());
    threads.isNew(incident.id);
    await finish(incident, { channel, message }, isOver(incident) ? incident.history.length : 1);
  }

  /** Its message, where only the note of it was lost, or an open one of the same root that nobody knows any more. */
  async function earlierOf({ id, marker }: Incident): Promise<{ readonly message: string; readonly isWhole: boolean } | undefined> {
    const found = await own.find(id, marker);
    // Another one of the same root, which is over and will say so itself.
    return found === undefined || found.id === id || (await board.get(found.id)) === undefined ? found : undefined;
  }

  async function takeOver(
    incident: Incident,
    { message, isWhole }: { readonly message: string; readonly isWhole: boolean },
  ): Promise<void> {
    if (isWhole) return note(incident, { channel, message }, incident.history.length);
    const shown = { version: incident.version - 1, turn: NEVER, channel, message, told: 1 };
    threads.doubt(incident.id);
    // Before it is closed: nothing finds a closed message that nobody noted.
    if (shown.version > 0) await noteAs(incident.id, shown);
    return update(incident, shown);
  }

  async function update(incident: Incident, shown: ShownIncident): Promise<void> {
    const { message } = shown;
    const isOld = clock.now() - SnowflakeUtil.timestampFrom(message) >= HOUR;
    let place: Place = { channel: shown.channel, message };
    let late: OperatorError | undefined;
    // Discord takes few edits of a message that is older than an hour (30046): they are kept for what changes the state.
    if (!isOld || incident.turn !== shown.turn) {
      const isThere = await edit(incident, place).catch((error: unknown) => {
        late = isOld ? tooOften(error) : undefined;
        if (late === undefined) throw error;
        return true;
      });
      if (!isThere) place = await postAgain(incident, place);
    }
    if (late === undefined) return finish(incident, place, shown.told);
    await threads.tell({ incident, place, told: shown.told, calls, noted: (told) => noteAs(incident.id, { ...shown, told }) });
    throw late;
  }

  async function finish(incident: Incident, place: Place, told: number): Promise<void> {
    const at = await tellIn(incident, place, told);
    if (isOver(incident)) await threads.archive(at, calls);
    await note(incident, at, incident.history.length);
  }

  /** Where it is told: under a new message where somebody deletes this one meanwhile. */
  async function tellIn(incident: Incident, place: Place, told: number): Promise<Place> {
    let have = told;
    const tell = (at: Place): Promise<void> => {
      const noted = (now: number): Promise<void> => {
        have = now;
        return note(incident, at, now, incident.version - 1);
      };
      return threads.tell({ incident, place: at, told: have, calls, noted });
    };
    try {
      await tell(place);
      return place;
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
      const again = await postAgain(incident, place);
      await tell(again);
      return again;
    }
  }

  async function postAgain(incident: Incident, { message }: Place): Promise<Place> {
    return { channel, message: await post(incident, `${incident.id} ${message}`) };
  }

  async function post(incident: Incident, once: string, firstAt?: number): Promise<string> {
    await posts.take();
    const { flags, ...body } = toBody(incidentCard(incident, firstAt));
    const isLoud = incident.severity === 'page' && !isOver(incident) && incident.muted === undefined;
    const all = flags | (isLoud ? 0 : MessageFlags.SuppressNotifications);
    const { id: message } = Posted.parse(await calls.post(Routes.channelMessages(channel), { ...body, flags: all, ...nonce(once) }));
    own.add(incident, message, isOver(incident) && firstAt !== undefined);
    return message;
  }

  /** False where the message is gone, or the channel that was configured when it was posted. */
  async function edit(incident: Incident, { channel: at, message }: Place): Promise<boolean> {
    await edits.take();
    try {
      await calls.patch(Routes.channelMessage(at, message), toBody(incidentCard(incident)));
      own.add(incident, message, false);
      return true;
    } catch (error) {
      const isElsewhere = at !== channel && isCode(error, RESTJSONErrorCodes.UnknownChannel);
      if (!isElsewhere && !isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
      own.forget(message);
      return false;
    }
  }

  function note({ id, version, turn }: Incident, place: Place, told: number, as = version): Promise<void> {
    return noteAs(id, { version: as, turn, ...place, told });
  }

  function noteAs(id: string, shown: ShownIncident): Promise<void> {
    signal.throwIfAborted();
    return board.shown(id, shown);
  }

  return show;
}

/** No turn of an incident. */
const NEVER = -1;

/** That Discord takes no edit of an old message for a while; undefined for anything else. */
function tooOften(error: unknown): OperatorError | undefined {
  const failure = discordError(error);
  return failure.reason === 'rateLimited' ? failure : undefined;
}

/** False for what only the fallback webhook has posted. */
function isPosted({ version, message }: ShownIncident): boolean {
  return version > 0 && message !== '';
}
