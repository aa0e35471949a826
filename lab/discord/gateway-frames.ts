/** The frames that a bot sends, and how they are read. */
import type { GatewayOpcodes } from 'discord-api-types/v10';
import type { Frame } from './gateway-session.ts';

export interface Identify {
  readonly token: string;
  readonly intents: number;
  readonly presence?: Presence;
}

export interface Resume {
  readonly token: string;
  readonly session_id: string;
  readonly seq: number;
}

export interface Presence {
  readonly status?: string;
  readonly activities?: readonly { readonly name?: string; readonly state?: string }[];
}

/** A status and what stands beside the name. */
export function presenceOf(presence: Presence): { status: string; activity: string } {
  const first = presence.activities?.[0];
  return { status: presence.status ?? 'online', activity: first?.state ?? first?.name ?? '' };
}

/** A frame that is no event. */
export function plain(op: number, d: unknown): Frame {
  return { op, d, s: null, t: null };
}

/** Undefined for what is not JSON: the connection is closed with 4002 then. */
export function parseFrame(data: Buffer): { readonly op: GatewayOpcodes; readonly d: unknown } | undefined {
  try {
    return JSON.parse(data.toString()) as { op: GatewayOpcodes; d: unknown };
  } catch {
    return undefined; // not JSON, which the caller answers as Discord does
  }
}
