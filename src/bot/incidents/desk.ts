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
import type { OpenMessages } from './open-messages.ts';
import { createPace } from './pace.ts';
import { createThread, type Place } from './thread.ts';

const Posted = z.object({ id: z.string() });

export interface DeskOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly board: IncidentBoard;
  readonly channel: string;
  readonly role: string | undefined;
  readonly open: OpenMessages;
}

export interface Desk {
  /** @throws what Discord or the board answered; what was done by then is noted, and calling it again goes on from there. */
  show(due: DueIncident): Promise<void>;
  /** An open message that is of no incident any more says this instead. */
  close(message: string, card: Card): Promise<void>;
  /** What was sent last for it may have arrived or not. */
  doubt(incident: string): void;
}

/** Five at once, then one a second: a storm leaves Discord's limits room for whoever asks the bot something. */
const PACE = { burst: 5, everyMs: SECOND } as const;

export function createDesk({ client, clock, board, channel, role, open }: DeskOptions): Desk {
  const { rest } = client;
  const [posts, edits, threads] = [createPace(clock, PACE), createPace(clock, PACE), createPace(clock, PACE)];
  const thread = createThread({ client, posts, threads, role });

  async function show({ incident, shown }: DueIncident): Promise<void> {
    if (shown !== undefined && isPosted(shown)) return update(incident, shown);
    if (await isRead(incident, shown)) return note(incident, { channel, message: '' }, incident.history.length);
    await first(incident);
  }

  /** Who read of it elsewhere while the bot was away has read that it is over, and one that another alert explains is told of there. */
  async function isRead(incident: Incident, shown: ShownIncident | undefined): Promise<boolean> {
    const isToldElsewhere = incident.state === 'merged' || (shown?.fallback === true && shown.turn === incident.turn);
    if (!isOver(incident) || !isToldElsewhere) return false;
    return (await open.find(incident.marker))?.id !== incident.id;
  }

  /** The first time, as far as anybody remembers: an open message of the same root is taken over, else a new one is posted. */
  async function first(incident: Incident): Promise<void> {
    const taken = await adopted(incident);
    const message = taken ?? (await postFirst(incident));
    const place = { channel, message };
    // What came and went before anything was posted is told by the message alone.
    const isWhole = taken === undefined && isOver(incident);
    await tellAndNote(incident, place, isWhole ? incident.history.length : 1);
  }

  async function postFirst(incident: Incident): Promise<string> {
    const message = await post(incident, incident.id, clock.now());
    thread.isNew(incident.id);
    return message;
  }

  async function adopted(incident: Incident): Promise<string | undefined> {
    const found = await open.find(incident.marker);
    if (found === undefined) return undefined;
    // Another one of the same root, which is over and will say so itself.
    if (found.id !== incident.id && (await board.get(found.id)) !== undefined) return undefined;
    thread.doubt(incident.id);
    return (await edit(incident, { channel, message: found.message })) ? found.message : undefined;
  }

  async function update(incident: Incident, shown: ShownIncident): Promise<void> {
    const { message } = shown;
    const isOld = clock.now() - SnowflakeUtil.timestampFrom(message) >= HOUR;
    let place: Place = { channel: shown.channel, message };
    let late: OperatorError | undefined;
    // Discord takes few edits of a message that is older than an hour (30046): they are kept for what changes the state.
    if (!isOld || incident.turn !== shown.turn) {
      const outcome = await edit(incident, place).catch((error: unknown) => {
        late = isOld ? tooOften(error) : undefined;
        if (late === undefined) throw error;
        return true;
      });
      if (!outcome) place = { channel, message: await post(incident, `${incident.id} ${message}`) };
    }
    if (late === undefined) return tellAndNote(incident, place, shown.told);
    await thread.tell(incident, place, shown.told, (told) => board.shown(incident.id, { ...shown, told }));
    throw late;
  }

  async function tellAndNote(incident: Incident, place: Place, told: number): Promise<void> {
    const at = await toldIn(incident, place, told);
    if (isOver(incident)) await thread.archive(at);
    await note(incident, at, incident.history.length);
  }

  /** Where it is told: in a new message where somebody deletes this one meanwhile. */
  async function toldIn(incident: Incident, place: Place, told: number): Promise<Place> {
    let have = told;
    const noted = (at: Place) => (now: number) => {
      have = now;
      return note(incident, at, now, incident.version - 1);
    };
    try {
      await thread.tell(incident, place, have, noted(place));
      return place;
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
      const again = { channel, message: await post(incident, `${incident.id} ${place.message}`) };
      await thread.tell(incident, again, have, noted(again));
      return again;
    }
  }

  function note({ id, version, turn }: Incident, place: Place, told: number, as = version): Promise<void> {
    return board.shown(id, { version: as, turn, ...place, told });
  }

  async function post(incident: Incident, once: string, firstAt?: number): Promise<string> {
    await posts.take();
    const { flags, ...body } = toBody(incidentCard(incident, firstAt));
    const isLoud = incident.severity === 'page' && !isOver(incident) && incident.muted === undefined;
    const all = flags | (isLoud ? 0 : MessageFlags.SuppressNotifications);
    const { id: message } = Posted.parse(
      await rest.post(Routes.channelMessages(channel), { body: { ...body, flags: all, ...nonce(once) } }),
    );
    remember(incident, message);
    return message;
  }

  function remember({ id, marker, endedAt }: Incident, message: string): void {
    open.forget(message);
    if (endedAt === undefined) open.add({ id, marker, message, at: SnowflakeUtil.timestampFrom(message) });
  }

  /** False where the message is gone, or the channel that was configured when it was posted. */
  async function edit(incident: Incident, { channel: at, message }: Place): Promise<boolean> {
    await edits.take();
    try {
      await rest.patch(Routes.channelMessage(at, message), { body: toBody(incidentCard(incident)) });
      remember(incident, message);
      return true;
    } catch (error) {
      const isGone =
        isCode(error, RESTJSONErrorCodes.UnknownMessage) || (at !== channel && isCode(error, RESTJSONErrorCodes.UnknownChannel));
      if (!isGone) throw error;
      open.forget(message);
      return false;
    }
  }

  async function close(message: string, card: Card): Promise<void> {
    await edits.take();
    try {
      await rest.patch(Routes.channelMessage(channel, message), { body: toBody(card) });
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.UnknownMessage)) throw error;
    }
    open.forget(message);
  }

  return {
    show,
    close,
    doubt(incident) {
      open.doubt();
      thread.doubt(incident);
    },
  };
}

/** That Discord takes no edit of an old message for a while; undefined for anything else. */
function tooOften(error: unknown): OperatorError | undefined {
  const failure = discordError(error);
  return failure.reason === 'rateLimited' ? failure : undefined;
}

/** False for what only the fallback webhook has posted. */
function isPosted({ version, message }: ShownIncident): boolean {
  return version > 0 && message !== '';
}
