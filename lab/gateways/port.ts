/** One TCP port of the lab: it can stop listening and come back under the same number, and what is open can be cut. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { listenOnOwn } from '../own-port.ts';

export const LOOPBACK = '127.0.0.1';

/** Does nothing until it is asked to listen. */
export class LabPort {
  readonly #serve: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #work: Promise<void> = Promise.resolve();
  #number = 0;

  constructor(serve: (socket: Socket) => void) {
    this.#serve = serve;
  }

  /** 0 until it has listened once. */
  get number(): number {
    return this.#number;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  /** Listens, or refuses connections from then on. What is open is cut where it stops. Resolves when it is so. */
  turn(on: boolean): Promise<void> {
    this.#work = this.#work.then(() => (on ? this.#open() : this.#close()));
    return this.#work;
  }

  /** Waits for what was asked so far. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Resets every open connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async #open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      // A connection that breaks is no news here: its end is what counts.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#serve(socket);
    });
    this.#server = server;
    this.#number = await listenOnOwn(server, this.#number, LOOPBACK);
  }

  async #close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }
}
