/** Discord's gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME with replay, and everything that can go wrong with it on demand. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocketServer, type WebSocket } from 'ws';
import { HEALTHY, type GatewayFaults } from './gateway-faults.ts';
import { ALREADY, identifyRefusal } from './gateway-identify.ts';
import { frameName, type GatewayEntry } from './gateway-log.ts';
import { parseFrame, plain, presenceOf, type Identify, type Presence, type Resume } from './gateway-frames.ts';
import { GatewaySession, type Frame } from './gateway-session.ts';
import { channelJson, guildCreateJson, readyJson } from './payloads.ts';
import type { Channel, World } from './world.ts';

export const GATEWAY_PATH = '/gateway';
export const RESUME_PATH = '/gateway/resume';

export interface GatewaySettings {
  readonly world: World;
  readonly heartbeatMs: number;
  /** True for the token that is good now. */
  accepts(token: string): boolean;
  origin(): string;
  /** Told when the bot did what Discord's documentation forbids. */
  problem(text: string): void;
}

/** All sessions and connections of the bot. Faults can be set one by one in `faults`. */
export class Gateway {
  readonly log: GatewayEntry[] = [];
  readonly faults: GatewayFaults = { ...HEALTHY };
  /** How many IDENTIFY are left today, as `GET /gateway/bot` reports it. */
  startsLeft = 1000;
  readonly #settings: GatewaySettings;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, GatewaySession>();
  readonly #sockets = new Set<WebSocket>();
  /** Connections that were told (op 9) to identify or resume anew, which they may do where they are. */
  readonly #told = new WeakSet<WebSocket>();

  constructor(settings: GatewaySettings) {
    this.#settings = settings;
  }

  /** True while the bot has a connection that is ready. */
  get online(): boolean {
    return this.#live().length > 0;
  }

  get presence(): { readonly status: string; readonly activity: string } {
    return this.#live()[0]?.presence ?? { status: 'offline', activity: '' };
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { refuse } = this.faults;
    if (refuse === 'reset') {
      socket.destroy();
      return;
    }
    if (refuse === '503') {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const path = new URL(request.url ?? '/', 'http://lab').pathname.replace(/(?<=.)\/$/, '');
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#connected(connection, path));
  }

  /** Sends an event to every session that asked for its kind; those without a connection find it when they resume. */
  dispatch(event: string, data: unknown, intent: number = GatewayIntentBits.Guilds): void {
    for (const session of this.#sessions.values()) {
      if (intent !== 0 && (session.intents & intent) === 0) continue;
      const frame = session.event(event, data);
      if (session.socket !== undefined) this.#send(session.socket, frame);
    }
  }

  channelAdded(channel: Channel): void {
    this.#channelEvent('CHANNEL_CREATE', channel);
  }

  channelChanged(channel: Channel): void {
    this.#channelEvent('CHANNEL_UPDATE', channel);
  }

  channelRemoved(channel: Channel): void {
    this.#channelEvent('CHANNEL_DELETE', channel);
  }

  /** Closes every connection with this code. */
  close(code: number, reason = ''): void {
    for (const socket of this.#sockets) {
      this.#note('discord', `close ${code}`);
      this.#detach(socket);
      if (code === 1006) socket.terminate();
      else socket.close(code, reason);
    }
  }

  /** Asks the bot to connect anew and resume (op 7). */
  reconnect(): void {
    for (const session of this.#live()) this.#send(session.socket, plain(GatewayOpcodes.Reconnect, null));
  }

  /** Ends the sessions (op 9); resumable ones may be resumed. */
  invalidate(resumable: boolean): void {
    for (const session of this.#live()) {
      this.#tellInvalid(session.socket, resumable);
      if (!resumable) this.#sessions.delete(session.id);
    }
  }

  /** From now on heartbeats are not acknowledged. */
  stopAcks(): void {
    this.faults.acks = false;
  }

  /** From now on nothing is sent and nothing is read: a half-open connection. */
  freeze(): void {
    this.faults.frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections fail: with an HTTP answer or with a reset. Undefined lets them in again. */
  refuse(how: '503' | 'reset' | undefined): void {
    this.faults.refuse = how;
  }

  /** A new IDENTIFY gets no READY. */
  withholdReady(): void {
    this.faults.ready = false;
  }

  /** Ends every fault except the ones that have already happened. */
  heal(): void {
    Object.assign(this.faults, HEALTHY);
    for (const socket of this.#sockets) socket.resume();
  }

  stop(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.close();
  }

  #channelEvent(event: string, channel: Channel): void {
    const { world } = this.#settings;
    world.changed();
    this.dispatch(event, channelJson(world, channel));
  }

  #live(): (GatewaySession & { readonly socket: WebSocket })[] {
    return [...this.#sessions.values()].filter(
      (session): session is GatewaySession & { readonly socket: WebSocket } => session.socket !== undefined,
    );
  }

  #connected(socket: WebSocket, path: string): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => this.#closed(socket, code));
    socket.on('message', (data: Buffer) => this.#received(socket, path, data));
    if (this.faults.hello) this.#send(socket, plain(GatewayOpcodes.Hello, { heartbeat_interval: this.#settings.heartbeatMs }));
  }

  #closed(socket: WebSocket, code: number): void {
    this.#sockets.delete(socket);
    this.#note('bot', `closed ${code}`);
    const session = this.#detach(socket);
    if (session !== undefined && (code === 1000 || code === 1001)) this.#sessions.delete(session.id);
  }

  /** From now on the session's events wait for a RESUME. */
  #detach(socket: WebSocket): GatewaySession | undefined {
    const session = this.#sessionOf(socket);
    if (session === undefined) return undefined;
    session.socket = undefined;
    this.#settings.world.changed();
    return session;
  }

  #tellInvalid(socket: WebSocket, resumable: boolean): void {
    this.#told.add(socket);
    this.#send(socket, plain(GatewayOpcodes.InvalidSession, resumable));
  }

  #checkPath(socket: WebSocket, path: string, expected: string, call: string): void {
    if (path === expected || this.#told.has(socket)) return;
    this.#settings.problem(`${call} came to ${path}; it belongs to ${expected}`);
  }

  #received(socket: WebSocket, path: string, data: Buffer): void {
    if (this.faults.frozen) return;
    const frame = parseFrame(data);
    if (frame === undefined) {
      socket.close(4002, 'Error while decoding payload.');
      return;
    }
    this.#note('bot', frameName(frame.op, null));
    if (frame.op === GatewayOpcodes.Heartbeat) {
      if (this.faults.acks) this.#send(socket, plain(GatewayOpcodes.HeartbeatAck, null));
    } else if (frame.op === GatewayOpcodes.Identify) this.#identify(socket, path, frame.d as Identify);
    else if (frame.op === GatewayOpcodes.Resume) this.#resume(socket, path, frame.d as Resume);
    else if (frame.op === GatewayOpcodes.PresenceUpdate) this.#presence(socket, frame.d as Presence);
    else if (this.#sessionOf(socket) === undefined) socket.close(4003, 'Not authenticated.');
    else socket.close(4001, 'Unknown opcode.');
  }

  #identify(socket: WebSocket, path: string, identify: Identify): void {
    this.#checkPath(socket, path, GATEWAY_PATH, 'IDENTIFY');
    const refused = this.#sessionOf(socket) === undefined ? identifyRefusal(identify, this.#settings) : ALREADY;
    if (refused !== undefined) {
      socket.close(...refused);
      return;
    }
    this.startsLeft -= 1;
    if (this.faults.invalidateIdentify) {
      this.#tellInvalid(socket, false);
      return;
    }
    if (!this.faults.ready) return;
    const { world } = this.#settings;
    const session = new GatewaySession(`session-${world.nextId()}`, identify.intents, socket);
    this.#sessions.set(session.id, session);
    if (identify.presence) session.presence = presenceOf(identify.presence);
    this.#send(socket, session.event('READY', readyJson(world, session.id, this.#resumeUrl())));
    this.#send(socket, session.event('GUILD_CREATE', guildCreateJson(world)));
    world.changed();
  }

  #resume(socket: WebSocket, path: string, resume: Resume): void {
    this.#checkPath(socket, path, RESUME_PATH, 'RESUME');
    if (!this.#settings.accepts(resume.token.replace(/^Bot /, ''))) {
      socket.close(4004, 'Authentication failed.');
      return;
    }
    const session = this.faults.resumes ? this.#sessions.get(resume.session_id) : undefined;
    if (session === undefined) {
      this.#tellInvalid(socket, false);
      return;
    }
    if (resume.seq > session.sequence) {
      socket.close(4007, 'Invalid seq.');
      return;
    }
    session.socket = socket;
    for (const frame of session.missed(resume.seq)) this.#send(socket, frame);
    this.#send(socket, session.event('RESUMED', {}));
    this.#settings.world.changed();
  }

  #presence(socket: WebSocket, presence: Presence): void {
    const session = this.#sessionOf(socket);
    if (session === undefined) {
      socket.close(4003, 'Not authenticated.');
      return;
    }
    session.presence = presenceOf(presence);
    this.#settings.world.changed();
  }

  #resumeUrl(): string {
    return `${this.#settings.origin().replace('http', 'ws')}${RESUME_PATH}`;
  }

  #sessionOf(socket: WebSocket): GatewaySession | undefined {
    return [...this.#sessions.values()].find((session) => session.socket === socket);
  }

  #send(socket: WebSocket, frame: Frame): void {
    if (this.faults.frozen) return;
    this.#note('discord', frameName(frame.op, frame.t));
    socket.send(JSON.stringify(frame));
  }

  #note(from: GatewayEntry['from'], what: string): void {
    this.log.push({ from, what });
  }
}
