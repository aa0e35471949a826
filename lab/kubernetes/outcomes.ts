/** Reading a call's body, and writing what became of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_BODY } from './bodies.ts';
import { jsonReply, textReply, type Reply } from './call.ts';
import type { NextFailure } from './faults.ts';
import { failureStatus, PlainError, StatusError } from './status.ts';

/** The whole body. One that is too long is read to its end and then refused with 413. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
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
export function refusal(error: unknown): Reply {
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

/** The answer of an injected failure; undefined when the connection is to be cut. Some codes have words of their own. */
export function failed({ status, retryAfter, body }: NextFailure, reading: boolean): Reply | undefined {
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

/** Sends a whole answer. */
export function write(response: ServerResponse, reply: Reply): void {
  const body = reply.json ?? reply.text ?? '';
  const type = reply.json === undefined ? 'text/plain; charset=utf-8' : 'application/json';
  const typed = reply.status === 304 || reply.status === 204 ? {} : { 'content-type': type };
  response.writeHead(reply.status, { ...typed, ...reply.headers });
  response.end(body);
}
