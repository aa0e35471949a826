/** Plain HTTPS calls with the credentials of a kubeconfig: no client of ours between an API server and what is looked at. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { z } from 'zod';

const Kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), 'certificate-authority-data': z.base64() }) })]),
  users: z.tuple([
    z.object({
      user: z.object({
        token: z.string().optional(),
        'client-certificate-data': z.base64().optional(),
        'client-key-data': z.base64().optional(),
      }),
    }),
  ]),
});

/** An API server, as one user. */
export interface Side {
  readonly url: string;
  readonly ca: string;
  readonly agent: Agent;
  readonly token: string | undefined;
}

/** A call to make. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  /** `application/json` where nothing else is said. */
  readonly contentType?: string;
  readonly body?: unknown;
}

/** A whole answer; its body is JSON where the server said so. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly warning: string | undefined;
  readonly body: unknown;
}

/** The server and the user of a kubeconfig with one context. */
export function sideOf(kubeconfig: string): Side {
  const { clusters, users } = Kubeconfig.parse(parse(kubeconfig));
  const { server: url, 'certificate-authority-data': authority } = clusters[0].cluster;
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  const ca = decoded(authority);
  const identity = cert === undefined || key === undefined ? {} : { cert: decoded(cert), key: decoded(key) };
  return { url, ca, agent: new Agent({ keepAlive: true, ca, ...identity }), token };
}

/** The same server as the bearer of a token. */
export function asBearer({ url, ca }: Side, token: string): Side {
  return { url, ca, agent: new Agent({ keepAlive: true, ca }), token };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** Makes a call and waits for the start of its answer. */
export async function open({ url, agent, token }: Side, { method, path, contentType, body }: Sent): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = {
    accept: 'application/json, */*',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(payload === undefined ? {} : { 'content-type': contentType ?? 'application/json', 'content-length': String(payload.length) }),
  };
  const call = request(`${url}${path}`, { method, headers, agent });
  call.end(payload);
  const [message] = (await once(call, 'response')) as [IncomingMessage];
  return message;
}

/** Makes a call and reads its answer. */
export async function send(side: Side, sent: Sent): Promise<Answer> {
  const message = await open(side, sent);
  const body = await text(message);
  const { 'content-type': contentType = '', 'retry-after': retryAfter, warning } = message.headers;
  return {
    status: message.statusCode ?? 0,
    contentType,
    retryAfter,
    warning: warning?.toString(),
    body: contentType.startsWith('application/json') ? JSON.parse(body) : body,
  };
}

/** Makes a call that must succeed. @throws Error with what was answered instead. */
export async function must(side: Side, sent: Sent): Promise<unknown> {
  const { status, body } = await send(side, sent);
  if (status < 300) return body;
  throw new Error(`${sent.method} ${sent.path} was answered ${status}: ${JSON.stringify(body)}`);
}
