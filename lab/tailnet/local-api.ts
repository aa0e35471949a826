/** LocalAPI of one node over a unix socket: there while its daemon runs, silent while it is frozen. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LabNode } from '../network.ts';
import { pingOutcome } from './ping.ts';
import { callerRefusal, pathRefusal } from './refusals.ts';
import { statusBody, VERSION } from './status.ts';
import type { Tailnet } from './tailnet.ts';

const DENY_ALL = ['default-src', 'frame-ancestors', 'script-src', 'script-src-elem', 'script-src-attr'].map((name) => `${name} 'none'`);
const ALWAYS = { 'x-content-type-options': 'nosniff', connection: 'close' };
const HEADERS = {
  ...ALWAYS,
  'content-security-policy': DENY_ALL.join('; '),
  'tailscale-cap': '141',
  'tailscale-version': VERSION,
  'x-frame-options': 'DENY',
};
const TEXT = 'text/plain; charset=utf-8';
const BASE = '/localapi/v0/';
/** What Go holds back before it decides between a length and chunks. */
const BUFFERED = 2048;
const HOME = '<html><title>Tailscale</title><body><h1>Tailscale</h1>This is the local Tailscale daemon.\n';

export class LabLocalApi {
  readonly #tailnet: Tailnet;
  readonly #cluster: string;
  readonly path: string;
  readonly #sockets = new Map<Socket, AbortController>();
  #server: Server | undefined;

  constructor(tailnet: Tailnet, cluster: string, path: string) {
    this.#tailnet = tailnet;
    this.#cluster = cluster;
    this.path = path;
  }

  get #node(): LabNode {
    return this.#tailnet.network.node(this.#cluster);
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ requireHostHeader: false }, (request, response) => void this.#serve(request, response));
    this.#server = server;
    server.on('connection', (socket) => {
      const gone = new AbortController();
      this.#sockets.set(socket, gone);
      socket.on('close', () => {
        gone.abort();
        this.#sockets.delete(socket);
      });
    });
    // What a run that was killed left there.
    await rm(this.path, { force: true });
    server.listen(this.path);
    await once(server, 'listening');
  }

  /** The daemon ends: its socket goes, and every connection with it. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = this.#sockets.get(request.socket)?.signal ?? AbortSignal.abort();
    try {
      await this.#tailnet.until(() => !this.#node.state.frozen, signal);
      await this.#answer(request, response, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      // The caller hung up, as it has to where there is no answer.
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://local-tailscaled.sock');
    if (request.headers.host === undefined) {
      // Go's own server says this, not the daemon: without a length, and it closes.
      response.useChunkedEncodingByDefault = false;
      response.writeHead(400, { 'content-type': TEXT, connection: 'close' });
      response.end('400 Bad Request: missing required Host header');
      return;
    }
    const refusal = callerRefusal(request);
    if (refusal !== undefined) send(response, { ...refusal, headers: ALWAYS });
    else if (url.pathname === '/')
      send(response, { status: 200, text: HOME, type: 'text/html; charset=utf-8', headers: { connection: 'close' } });
    else if (!url.pathname.startsWith('/localapi/')) send(response, { status: 404, text: NOT_FOUND, headers: ALWAYS });
    else await this.#api(method, url, { request, response, signal });
  }

  async #api(method: string, url: URL, call: { request: IncomingMessage; response: ServerResponse; signal: AbortSignal }): Promise<void> {
    const { request, response, signal } = call;
    const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : '';
    if (path === 'status') {
      const withPeers = url.searchParams.get('peers') !== 'false';
      send(response, {
        status: 200,
        text: `${JSON.stringify(statusBody(this.#tailnet, this.#node, withPeers))}\n`,
        type: 'application/json',
      });
    } else if (path === 'ping' && method !== 'POST') send(response, { status: 400, text: 'want POST\n' });
    else if (path === 'ping') await this.#ping(await parametersOf(request, url), response, signal);
    else send(response, pathRefusal(method, path) ?? { status: 404, text: NOT_FOUND });
  }

  async #ping(parameters: URLSearchParams, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const outcome = pingOutcome(this.#tailnet, this.#node, parameters);
    if (outcome.kind === 'silent') await this.#tailnet.until(() => false, signal);
    else if (outcome.kind === 'refused') send(response, { status: 400, text: outcome.text });
    else {
      if (outcome.afterMs > 0) await this.#tailnet.clock.sleep(outcome.afterMs, signal);
      send(response, { status: 200, text: JSON.stringify(outcome.body), type: 'application/json' });
    }
  }
}

const NOT_FOUND = '404 page not found\n';

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(response: ServerResponse, { status, text, type = TEXT, headers = HEADERS }: Reply): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    ...(length <= BUFFERED && response.req.method !== 'HEAD' ? { 'content-length': length } : {}),
  });
  response.end(text);
}

/** Of the query and, as Go reads them, of a form in the body. */
async function parametersOf(request: IncomingMessage, url: URL): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return new URLSearchParams([...(isForm ? new URLSearchParams(Buffer.concat(chunks).toString()) : []), ...url.searchParams]);
}
