/** tailscaled's LocalAPI over its unix socket, read only: status and pings. */
import { request, type IncomingMessage } from 'node:http';
import { ZodError } from 'zod';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Asked, NodeStatus, PingResult, PingType } from '../mesh/probing/tailnet.ts';
import { parsePing, parseStatus } from './local-schema.ts';
import { Troubled, troubleOf } from './trouble.ts';

/** How to ask: within so many milliseconds, and until the caller no longer wants it. */
export interface Asking {
  readonly within: number;
  readonly signal?: AbortSignal | undefined;
}

export interface PingAsking extends Asking {
  /** Bytes of UDP payload; of disco alone. */
  readonly size?: number;
}

/** Neither throws but for `cancelled`: what went wrong is an observation too. */
export interface LocalApi {
  status(asking: Asking): Promise<Asked<NodeStatus>>;
  /** No reply within the time is `silent`: the daemon never says that none came. */
  ping(address: string, type: PingType, asking: PingAsking): Promise<PingResult>;
}

/** Anything else is refused with 403: the daemon keeps browsers out by it. */
const HOST = 'local-tailscaled.sock';
const WHO = 'tailscaled';
/** Of a tailnet of 10,000 nodes; beyond that something else answers. */
const LONGEST_ANSWER = 32 * 1024 * 1024;

export function createLocalApi({ socket, clock }: { readonly socket: string; readonly clock: Clock }): LocalApi {
  const ask = async (method: string, path: string, { within, signal }: Asking): Promise<unknown> => {
    const what = `Cannot ask ${WHO}`;
    return withDeadline(clock, within, what, (until) => call({ socket, method, path: `/localapi/v0/${path}`, until }), signal);
  };
  return {
    async status(asking) {
      try {
        return { kind: 'answered', value: parsed(parseStatus, await ask('GET', 'status', asking)) };
      } catch (error) {
        return troubleOf(error, WHO);
      }
    },
    async ping(address, type, { size, ...asking }) {
      const query = new URLSearchParams({ ip: address, type, ...(size === undefined ? {} : { size: String(size) }) });
      try {
        return parsed(parsePing, await ask('POST', `ping?${query.toString()}`, asking));
      } catch (error) {
        const trouble = troubleOf(error, WHO);
        return trouble.trouble === 'silent' ? { kind: 'silent' } : trouble;
      }
    },
  };
}

function parsed<T>(parse: (body: unknown) => T, body: unknown): T {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof ZodError) throw new Troubled('protocol', `an answer that makes no sense (${placesOf(error)})`, error);
    throw error;
  }
}

function placesOf({ issues }: ZodError): string {
  return issues.map(({ path }) => path.join('.')).join(', ');
}

interface Call {
  readonly socket: string;
  readonly method: string;
  readonly path: string;
  readonly until: AbortSignal;
}

async function call({ socket, method, path, until }: Call): Promise<unknown> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath: socket, method, path, headers: { host: HOST }, agent: false, signal: until }, resolve);
    sent.on('error', reject);
    sent.end();
  });
  const text = await read(response);
  if (response.statusCode === 200) return json(text);
  throw new Troubled(response.statusCode === 403 ? 'forbidden' : 'protocol', `${response.statusCode ?? 0} ${text.trim().slice(0, 100)}`);
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Troubled('protocol', 'an answer that does not end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Troubled('protocol', 'an answer that is no JSON', error);
  }
}
