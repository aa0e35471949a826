/** The HTTPS listener: connections, faults, authentication, the audit log, and the writing of answers. */
import { createServer, type Server } from 'node:https';
import { once } from 'node:events';
import { ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/core/clock.ts';
import type { Audit } from './audit.ts';
import { MAX_BODY } from './bodies.ts';
import type { Answer, Call, Reply } from './call.ts';
import { jsonReply, textReply } from './call.ts';
import { FailureQueue, type NextFailure } from './faults.ts';
import type { Registry } from './registry.ts';
import { parseResourceRequest, type ResourceRequest } from './request.ts';
import { failureStatus, PlainError, StatusError } from './status.ts';
import type { ServingCertificate } from './serving.ts';
import type { ClientCertificate, User, Users } from './users.ts';

export interface ServerParts {
  readonly clock: Clock;
  readonly certificate: ServingCertificate;
  readonly host: string;
  readonly users: Users;
  readonly registry: Registry;
  readonly audit: Audit;
  readonly answer: (call: Call, request: ResourceRequest | undefined) => Promise<Answer>;
}

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
    server.on('request', (message, response) => void this.#serve(message, response));
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
    this.#server.listen(port, this.#parts.host);
    await once(this.#server, 'listening');
    ({ port: this.port } = this.#server.address() as AddressInfo);
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
    const url = new URL(message.url ?? '/', 'https://lab');
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

interface Handled {
  readonly user: User | undefined;
  /** Undefined: the connection is to be cut. */
  readonly reply: Answer | undefined;
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += (chunk as Buffer).length;
    if (length <= MAX_BODY) chunks.push(chunk as Buffer);
  }
  if (length > MAX_BODY) {
    throw new StatusError(
      failureStatus({
        code: 413,
        message: `Request entity too large: limit is ${MAX_BODY}`,
        reason: 'RequestEntityTooLarge',
      }),
    );
  }
  return Buffer.concat(chunks);
}

/** An error of the double's own is told as such: a test that meets it should not take it for the real server's. */
function refusal(error: unknown): Reply {
  if (error instanceof StatusError) return jsonReply(error.status.code, error.status, error.headers);
  if (error instanceof PlainError) return textReply(error.code, error.message, error.headers);
  const message = `fault of the lab's API server: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return jsonReply(500, failureStatus({ code: 500, message, reason: 'InternalError' }));
}

/** A read that storage did not answer in time is told as text, a write as a Status. */
const READ_TIMEOUT = `${JSON.stringify({
  metadata: {},
  status: 'Failure',
  message: 'Timeout: request did not complete within the allotted timeout',
  reason: 'Timeout',
  details: {},
  code: 504,
})}\n`;
const WRITE_TIMEOUT = failureStatus({
  code: 504,
  message: 'Timeout: request did not complete within requested timeout - context deadline exceeded',
  reason: 'Timeout',
  details: {},
});

const TEXTS: Readonly<Record<number, string>> = {
  429: 'Too many requests, please try again later.\n',
  502: 'Bad Gateway\n',
  503: 'Service Unavailable\n',
  504: READ_TIMEOUT,
};

function failed({ status, retryAfter, body }: NextFailure, reading: boolean): Reply | undefined {
  if (status === undefined) return undefined;
  const seconds = retryAfter ?? (status === 429 ? 1 : undefined);
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  if (typeof body === 'string') return textReply(status, body, headers);
  if (body !== undefined) return jsonReply(status, body, headers);
  if (status === 504 && !reading) return jsonReply(504, WRITE_TIMEOUT, headers);
  const text = TEXTS[status];
  if (text !== undefined) return textReply(status, text, headers);
  return jsonReply(status, failureStatus({ code: status, message: 'made to fail', reason: 'InternalError' }), headers);
}

function write(response: ServerResponse, reply: Reply): void {
  const body = reply.json ?? reply.text ?? '';
  const type = reply.json === undefined ? 'text/plain; charset=utf-8' : 'application/json';
  const typed = reply.status === 304 || reply.status === 204 ? {} : { 'content-type': type };
  response.writeHead(reply.status, { ...typed, ...reply.headers });
  response.end(body);
}
