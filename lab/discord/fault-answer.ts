import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../src/core/clock.ts';
import type { ActiveFault } from './faults.ts';
import type { RestAnswer } from './rest.ts';

export interface FaultSettings {
  readonly clock: Clock;
}

interface Meeting {
  readonly fault: ActiveFault;
  readonly settings: FaultSettings;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  handle(): Promise<RestAnswer>;
}

/** What a request gets that meets a fault; undefined when there is nothing to send any more. */
export async function answerFault(meeting: Meeting): Promise<RestAnswer | undefined> {
  const { fault, settings, message, response } = meeting;
  const { delayMs, hang, reset, status, processed, rate } = fault.fault;
  if (delayMs !== undefined) await settings.clock.sleep(delayMs);
  if (processed) await meeting.handle();
  else if (hang || reset !== undefined || status !== undefined) message.resume();
  if (hang) return undefined;
  if (reset !== undefined) {
    cut(response, reset);
    return undefined;
  }
  if (rate !== undefined) return limited(meeting, rate);
  if (status === undefined) return meeting.handle();
  return failure(fault);
}

function cut(response: ServerResponse, how: 'fin' | 'rst' | 'mid-body'): void {
  const { socket } = response;
  if (how === 'fin') socket?.end();
  else if (how === 'rst') socket?.resetAndDestroy();
  else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":', () => socket?.end());
  }
}

function failure({ fault }: ActiveFault): RestAnswer {
  const status = fault.status ?? 500;
  if (fault.html) return { status, body: `<html><body><h1>${status}</h1></body></html>`, headers: { 'content-type': 'text/html' } };
  if (status === 429) return tooMany(fault.retryAfter ?? 1, fault.global === true, fault.headers);
  const body = fault.body ?? { message: `${status}: ${STATUS_CODES[status] ?? ''}`, code: 0 };
  return { status, body, ...(fault.headers && { headers: fault.headers }) };
}

function tooMany(seconds: number, global: boolean, headers: Readonly<Record<string, string>> = {}): RestAnswer {
  const scope = global ? { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' } : { 'x-ratelimit-scope': 'user' };
  const body = { message: 'You are being rate limited.', retry_after: seconds, global };
  return { status: 429, body, headers: { 'retry-after': String(seconds), ...scope, ...headers } };
}

async function limited(meeting: Meeting, rate: { readonly limit: number; readonly perMs: number }): Promise<RestAnswer> {
  const { fault, settings } = meeting;
  const now = settings.clock.now();
  if (now - fault.window.startedAt >= rate.perMs) fault.window = { startedAt: now, used: 0 };
  fault.window.used += 1;
  const after = (fault.window.startedAt + rate.perMs - now) / 1000;
  const headers = {
    'x-ratelimit-limit': String(rate.limit),
    'x-ratelimit-remaining': String(Math.max(0, rate.limit - fault.window.used)),
    'x-ratelimit-reset-after': after.toFixed(3),
    'x-ratelimit-reset': ((now + after * 1000) / 1000).toFixed(3),
  };
  if (fault.window.used <= rate.limit) return { ...(await meeting.handle()), headers };
  meeting.message.resume();
  return tooMany(after, false, headers);
}
