/** What a request and an answer look like to the routes. */
import type { Core } from './core.ts';
import type { UploadedFile } from './payload.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RestRequest {
  readonly method: Method;
  /** The route's template. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The JSON body or the `payload_json` part; undefined without a body. */
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
  readonly params: Readonly<Record<string, string>>;
}

export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: Method;
  /** As in Discord's own description, such as `/channels/{channel_id}/messages`. */
  readonly path: string;
  /** Who may call: a bot with its token, or whoever holds the token in the path. */
  readonly auth: 'bot' | 'path';
  handle(core: Core, request: RestRequest): RestAnswer;
}

export function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

export const NO_CONTENT: RestAnswer = { status: 204 };

/** A path parameter that the route's template names. */
export function param(request: RestRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`The route of ${request.path} has no {${name}}`);
  return value;
}
