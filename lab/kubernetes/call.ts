/** One call on its way through the server, and the forms an answer can take. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ResourceRequest } from './request.ts';
import type { Resource } from './resources.ts';
import type { User } from './users.ts';

/** A call whose caller is known and whose body is read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly user: User;
  readonly message: IncomingMessage;
}

/** A call to a resource that exists. */
export interface ResourceCall extends Call {
  readonly target: ResourceRequest & { readonly resource: Resource };
}

/** A whole answer. `json` wins over `text`. */
export interface Reply {
  readonly status: number;
  readonly json?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that writes itself. */
export interface Streamed {
  readonly stream: (response: ServerResponse) => void;
}

/** An answer that takes the connection over. */
export interface Upgraded {
  readonly upgrade: (socket: Duplex, head: Buffer) => void;
}

/** What a handler answers: all at once, bit by bit, or by taking over the connection. */
export type Answer = Reply | Streamed | Upgraded;

/** Answers one call to a resource; refusals are thrown as a StatusError. */
export type Handler = (call: ResourceCall) => Answer | Promise<Answer>;

/** A whole answer in JSON. */
export function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, json: JSON.stringify(body), headers };
}

/** A whole answer as plain text. */
export function textReply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, text, headers };
}
