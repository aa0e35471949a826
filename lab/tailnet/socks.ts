/** The SOCKS5 server of one node: the only way from it into the tailnet of the lab, and the place where that way is cut, slow or lossy. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnOwn } from '../own-port.ts';
import type { LabNode } from '../network.ts';
import { connectReply, greetingReply, parseGreeting, parseRequest, readAs, SOCKS, type ConnectRequest } from './socks-wire.ts';
import type { Tailnet } from './tailnet.ts';

/** How long the host of the real daemon looked for an address that no peer has. */
const NO_SUCH_ADDRESS_MS = 3_000;
const HERE = '127.0.0.1';

/** One connection through the proxy: from one node to another, or to nobody. */
interface Course {
  readonly from: LabNode;
  readonly to: LabNode;
  readonly port: number;
  readonly signal: AbortSignal;
  /** Bytes that went over it so far. */
  carried: number;
}

export class LabSocks {
  readonly #tailnet: Tailnet;
  readonly #cluster: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(tailnet: Tailnet, cluster: string) {
    this.#tailnet = tailnet;
    this.#cluster = cluster;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((client) => void this.#serve(client));
    this.#server = server;
    this.port = await listenOnOwn(server, this.port, HERE);
  }

  /** The daemon ends: nobody listens any more, and every connection goes. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket: Socket): AbortSignal {
    const gone = new AbortController();
    this.#sockets.add(socket);
    // A socket that was reset: 'close' follows and says all there is to say.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      gone.abort();
      this.#sockets.delete(socket);
    });
    return gone.signal;
  }

  async #serve(client: Socket): Promise<void> {
    const signal = this.#keep(client);
    try {
      await this.#tailnet.until(() => !this.#node.state.frozen, signal);
      const methods = await readAs(client, parseGreeting, signal);
      if (methods?.includes(SOCKS.noAuthentication) !== true) {
        client.end(greetingReply(SOCKS.noneAcceptable));
        return;
      }
      client.write(greetingReply(SOCKS.noAuthentication));
      const request = await readAs(client, parseRequest, signal);
      if (request !== undefined) await this.#connect(client, request, signal);
    } catch (error) {
      // The client hung up, as it has to where nothing answers; one that was reset is told of before it is closed.
      if (!signal.aborted && client.errored === null) throw error;
    }
  }

  get #node(): LabNode {
    return this.#tailnet.network.node(this.#cluster);
  }

  async #connect(client: Socket, request: ConnectRequest, signal: AbortSignal): Promise<void> {
    if (request.command !== 1) {
      client.end(connectReply(SOCKS.commandNotSupported));
      return;
    }
    const upstream = await this.#dial(request, signal);
    if (upstream === undefined) {
      client.end(connectReply(SOCKS.generalFailure));
      return;
    }
    this.#keep(upstream.socket);
    client.write(connectReply(SOCKS.succeeded));
    this.#join(client, upstream.socket, upstream.course);
  }

  /** A connection to what stands behind the address; undefined: it was refused. Never settles where packets vanish. */
  async #dial({ host, port }: ConnectRequest, signal: AbortSignal): Promise<{ socket: Socket; course: Course } | undefined> {
    const to = this.#tailnet.nodeAt(host.replace(/\.tail\.example\.?$/, ''));
    if (!this.#tailnet.hasMap(this.#node)) return undefined;
    if (to === undefined || !this.#isKnown(to)) {
      await this.#tailnet.clock.sleep(NO_SUCH_ADDRESS_MS, signal);
      return undefined;
    }
    const course: Course = { from: this.#node, to, port, signal, carried: 0 };
    const lost = this.#tailnet.losesNext(course.from, to);
    await this.#tailnet.until(() => !lost && !this.#isSilent(course, 0) && !this.#isBlocked(course), signal);
    const { delayMs } = this.#tailnet.way(course.from, to);
    if (delayMs > 0) await this.#tailnet.clock.sleep(2 * delayMs, signal);
    const route = this.#tailnet.network.route(to.address, port);
    const socket = route === undefined ? undefined : await open(route.host, route.port);
    return socket === undefined ? undefined : { socket, course };
  }

  #isKnown(to: LabNode): boolean {
    return to.cluster === this.#cluster || this.#tailnet.knows(this.#node, to);
  }

  #isBlocked({ from, to, port }: Course): boolean {
    return this.#tailnet.way(from, to).blockedPorts.includes(port) || this.#tailnet.knobs.closed.has(`${from.cluster}>${to.cluster}`);
  }

  /** Whether `bytes` written now would vanish. */
  #isSilent({ from, to, carried }: Course, bytes: number): boolean {
    const { network, knobs } = this.#tailnet;
    const limit = knobs.dropAfter.get(`${from.cluster}>${to.cluster}`) ?? Infinity;
    const { largestWrite = Infinity } = this.#tailnet.way(from, to);
    return !this.#tailnet.reaches(network.node(from.cluster), network.node(to.cluster)) || carried > limit || bytes > largestWrite;
  }

  #join(client: Socket, upstream: Socket, course: Course): void {
    void this.#carry(client, upstream, { course, bounded: true });
    // The way of an answer depends on the direction in which the connection was made, and has no hole of its own.
    void this.#carry(upstream, client, { course, bounded: false });
  }

  async #carry(source: Socket, sink: Socket, { course, bounded }: { course: Course; bounded: boolean }): Promise<void> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        course.carried += chunk.length;
        await this.#pass(course, bounded ? chunk.length : 0);
        if (!sink.write(chunk)) await once(sink, 'drain', { signal: course.signal });
      }
      await this.#pass(course, 0);
      sink.end();
    } catch {
      // One end was reset or closed: so is the other.
      sink.destroy();
      source.destroy();
    }
  }

  async #pass(course: Course, bytes: number): Promise<void> {
    await this.#tailnet.until(() => !this.#isSilent(course, bytes), course.signal);
    const { delayMs } = this.#tailnet.way(course.from, course.to);
    if (delayMs > 0) await this.#tailnet.clock.sleep(delayMs, course.signal);
  }
}

async function open(host: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    // Refused by whoever should listen there: the proxy has one word for it.
    socket.destroy();
    return undefined;
  }
}
