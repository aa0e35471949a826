import { GatewayOpcodes } from 'discord-api-types/v10';
import type { WebSocket } from 'ws';

export interface Frame {
  readonly op: number;
  readonly d: unknown;
  readonly s: number | null;
  readonly t: string | null;
}

/** A session outlives its connections: events that nobody received wait in it for a RESUME. */
export class GatewaySession {
  readonly id: string;
  readonly intents: number;
  socket: WebSocket | undefined;
  presence: { status: string; activity: string } = { status: 'online', activity: '' };
  #sequence = 0;
  readonly #sent: Frame[] = [];

  constructor(id: string, intents: number, socket: WebSocket) {
    this.id = id;
    this.intents = intents;
    this.socket = socket;
  }

  /** Numbers an event and keeps it for a replay. */
  event(t: string, d: unknown): Frame {
    this.#sequence += 1;
    const frame: Frame = { op: GatewayOpcodes.Dispatch, t, d, s: this.#sequence };
    this.#sent.push(frame);
    return frame;
  }

  /** What came after the last event that the bot has seen. */
  missed(sequence: number): readonly Frame[] {
    return this.#sent.filter((frame) => (frame.s ?? 0) > sequence);
  }

  get sequence(): number {
    return this.#sequence;
  }
}
