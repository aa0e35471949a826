import type { IncomingMessage, ServerResponse } from 'node:http';
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

type FaultyAnswer = RestAnswer & { readonly headers?: Readonly<Record<string, string>> };

/** What a request gets that meets a fault; undefined when there is nothing to send any more. */
export async function answerFault(meeting: Meeting): Promise<FaultyAnswer | undefined> {
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
    response.write('{"id":');
    response.once('drain', () => socket?.resetAndDestroy());
    setImmediate(() => socket?.resetAndDestroy());
  }
}

function failure({ fault }: ActiveFault): FaultyAnswer {
  const status = fault.status ?? 500;
  const body = fault.html ? '<html><body><h1>502 Bad Gateway</h1></body></html>' : (fault.body ?? { message: `${status}: lab`, code: 0 });
  return { status, body, headers: { ...(fault.html ? { 'content-type': 'text/html' } : {}), ...fault.headers } };
}

async function limited(meeting: Meeting, rate: { readonly limit: number; readonly perMs: number }): Promise<FaultyAnswer> {
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
  const body = { message: 'You are being rate limited.', retry_after: after, global: false };
  return { status: 429, body, headers: { ...headers, 'retry-after': String(Math.ceil(after)), 'x-ratelimit-scope': 'user' } };
}
