/** The HTTPS listener: connections, faults, authentication, the audit log, and the writing of answers. */
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/core/clock.ts';
import { listenOnOwn } from '../own-port.ts';
import type { Audit } from './audit.ts';
import { jsonReply, type Answer, type Call } from './call.ts';
import { FailureQueue } from './faults.ts';
import { failed, readBody, refusal, write } from './outcomes.ts';
import type { Registry } from './registry.ts';
import { parseResourceRequest, type ResourceRequest } from './request.ts';
import { failureStatus } from './status.ts';
import type { ServingCertificate } from './serving.ts';
import type { ClientCertificate, User, Users } from './users.ts';

/** What the listener is made of. */
export interface ServerParts {
  readonly clock: Clock;
  readonly certificate: ServingCertificate;
  readonly host: string;
  readonly users: Users;
  readonly registry: Registry;
  readonly audit: Audit;
  readonly answer: (call: Call, request: ResourceRequest | undefined) => Promise<Answer>;
}

/** One HTTPS listener that can be stopped and started on the same port, frozen, slowed and cut. */
export class LabServer {
  readonly failures = new FailureQueue();
  delayMs = 0;
  port = 0;
  readonly #parts: ServerParts;
  readonly #sockets = new Set<Duplex>();
  #server: Server;
  #thawed: PromiseWithResolvers<void> | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#server = this.#make();
  }

  #make(): Server {
    const { certificate } = this.#parts;
    const server = createServer({
      cert: certificate.certificatePem,
      key: certificate.keyPem,
      ca: certificate.caPem,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: 0,
      requestTimeout: 0,
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (message, response) => {
      response.setHeader('date', new Date(this.#parts.clock.now()).toUTCString());
      void this.#serve(message, response);
    });
    server.on('upgrade', (message, socket, head) => void this.#upgrade(message, socket, head));
    return server;
  }

  get server(): Server {
    return this.#server;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  async listen(port = this.port): Promise<void> {
    this.port = await listenOnOwn(this.#server, port, this.#parts.host);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  /** Cuts every open connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  freeze(): void {
    this.#thawed ??= Promise.withResolvers();
  }

  thaw(): void {
    this.#thawed?.resolve();
    this.#thawed = undefined;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { reply, record } = await this.#answer(message);
    if (reply === undefined || response.destroyed) {
      record(0);
      message.socket.destroy();
    } else if ('stream' in reply) {
      record(200);
      reply.stream(response);
    } else if ('upgrade' in reply) {
      record(400);
      write(response, jsonReply(400, failureStatus({ code: 400, message: 'Upgrade request required', reason: 'BadRequest' })));
    } else {
      record(reply.status);
      write(response, reply);
    }
  }

  async #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const { reply, record } = await this.#answer(message);
    if (reply === undefined || 'stream' in reply || socket.destroyed) {
      record(0);
      socket.destroy();
    } else if ('upgrade' in reply) {
      record(101);
      reply.upgrade(socket, head);
    } else {
      record(reply.status);
      const response = new ServerResponse(message);
      response.assignSocket(socket as Socket);
      response.on('finish', () => socket.end());
      write(response, { ...reply, headers: { ...reply.headers, connection: 'close' } });
    }
  }

  /** The answer to a call, and how to note in the audit log what became of it. */
  async #answer(message: IncomingMessage): Promise<{ reply: Answer | undefined; record: (status: number) => void }> {
    const { clock, registry, audit } = this.#parts;
    const url = URL.parse(message.url ?? '/', ORIGIN) ?? new URL(ORIGIN);
    const request = parseResourceRequest(message.method ?? 'GET', url, registry);
    const verb = request?.verb ?? (message.method ?? 'GET').toLowerCase();
    const at = clock.now();
    const { user, reply } = await this.#handle(message, url, request, verb);
    await this.#hold();
    const record = (status: number): void => {
      const { resourceName = '', namespace = '', name = '' } = request ?? {};
      const path = message.url ?? '';
      const who = user?.name ?? '';
      audit.record({ user: who, verb, method: message.method ?? '', path, resource: resourceName, namespace, name, status, at });
    };
    return { reply, record };
  }

  /** Waits while frozen, then for the delay of a slow server. */
  async #hold(): Promise<void> {
    await this.#thawed?.promise;
    if (this.delayMs > 0) await this.#parts.clock.sleep(this.delayMs);
  }

  async #handle(message: IncomingMessage, url: URL, request: ResourceRequest | undefined, verb: string): Promise<Handled> {
    const { users, clock, answer } = this.#parts;
    let user: User | undefined;
    try {
      const body = await readBody(message);
      await this.#thawed?.promise;
      const failure = this.failures.take(verb, message.url ?? '');
      const reading = message.method === 'GET';
      if (failure?.silent === true && !message.socket.destroyed) await once(message.socket, 'close');
      if (failure !== undefined && failure.afterwards !== true) return { user, reply: failed(failure, reading) };
      user = users.authenticate({ header: message.headers.authorization, certificate: clientCertificate(message) }, clock.now());
      const call: Call = { method: message.method ?? 'GET', url, query: url.searchParams, headers: message.headers, body, user, message };
      const reply = await answer(call, request);
      return { user, reply: failure === undefined ? reply : failed(failure, reading) };
    } catch (error) {
      return { user, reply: refusal(error) };
    }
  }
}

/** The user that a client certificate names; an untrusted or expired one names nobody. Undefined when none was shown. */
function clientCertificate({ socket }: IncomingMessage): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const name = /^CN=(?<name>.+)$/m.exec(certificate.subject)?.groups?.['name'];
  return { user: socket.authorized ? name : undefined };
}

/** Stands for the server’s own address where only the path counts. */
const ORIGIN = 'https://lab';

interface Handled {
  readonly user: User | undefined;
  /** Undefined: the connection is to be cut. */
  readonly reply: Answer | undefined;
}
