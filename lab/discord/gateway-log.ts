import { GatewayOpcodes } from 'discord-api-types/v10';

/** One frame, or one opening or closing of a connection, without its contents: those may hold tokens. */
export interface GatewayEntry {
  readonly from: 'bot' | 'discord';
  /** `IDENTIFY`, `RESUME`, `HEARTBEAT`, `HELLO`, an event's name, `close 4000`, … */
  readonly what: string;
}

const NAMES: Readonly<Record<number, string>> = {
  [GatewayOpcodes.Heartbeat]: 'HEARTBEAT',
  [GatewayOpcodes.Identify]: 'IDENTIFY',
  [GatewayOpcodes.PresenceUpdate]: 'PRESENCE_UPDATE',
  [GatewayOpcodes.Resume]: 'RESUME',
  [GatewayOpcodes.Reconnect]: 'RECONNECT',
  [GatewayOpcodes.InvalidSession]: 'INVALID_SESSION',
  [GatewayOpcodes.Hello]: 'HELLO',
  [GatewayOpcodes.HeartbeatAck]: 'HEARTBEAT_ACK',
};

/** The name of a frame: its event for a dispatch, else its operation. */
export function frameName(op: number, event: string | null | undefined): string {
  return event ?? NAMES[op] ?? `op ${op}`;
}
