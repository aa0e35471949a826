/** One HTTP/1.1 request over an open connection. */
import { Agent, type ClientRequest, type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnswerFailureKind, AnswerLayer } from '../mesh/probing/request-observation.ts';
import type { Patience } from './tls-layer.ts';

export interface Question {
  readonly path: string;
  /** As the Host header says it. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer, with what the layer does not keep. */
export interface Answered {
  readonly layer: AnswerLayer;
  /** Value of the Date header; undefined: none. */
  readonly date: string | undefined;
  /** The start of the body. It may hold anything: it is for parsing, never for showing. */
  readonly body: string;
}

/** Nothing that is asked here has a longer answer. */
const MOST_BYTES = 64 * 1024;

const LONGEST_LINE = 200;

/** Asks over one connection, one request after the other. The connection stays the caller's to destroy. */
export class Conversation {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #patience: Patience;
  readonly #signal: AbortSignal;

  constructor(stream: Duplex, patience: Patience, signal: AbortSignal) {
    this.#agent.createConnection = () => stream;
    this.#patience = patience;
    this.#signal = signal;
  }

  /** GET. Never throws; redirects are answers like any other. */
  ask(question: Question): Promise<Answered> {
    const { clock, withinMs } = this.#patience;
    const signal = this.#signal;
    const began = clock.now();
    const took = (): number => clock.now() - began;
    return new Promise((resolve) => {
      const fail = (kind: AnswerFailureKind, detail: string): void => {
        settle({ layer: { ok: false, kind, tookMs: took(), detail }, date: undefined, body: '' });
        // Not after an answer: it would take the connection away from the next question.
        asked?.destroy();
      };
      const onAbort = (): void => fail('cancelled', 'the probe was cancelled');
      const timer = clock.after(withinMs, () => fail('silent', `no answer within ${withinMs} ms`));
      const settle = (answered: Answered): void => {
        timer.stop();
        signal.removeEventListener('abort', onAbort);
        resolve(answered);
      };
      const headers = { accept: '*/*', 'user-agent': 'meshwarden', ...question.headers, host: question.host };
      const asked = begun({ agent: this.#agent, method: 'GET', path: question.path, headers });
      if (asked === undefined) {
        settle({ layer: { ok: false, kind: 'unsendable', tookMs: took(), detail: UNSENDABLE }, date: undefined, body: '' });
        return;
      }
      asked.on('error', (error: NodeJS.ErrnoException) =>
        fail(error.code?.startsWith('HPE_') === true ? 'not-http' : 'cut', error.message),
      );
      asked.once('response', (response) => {
        const layer = { ok: true, status: response.statusCode ?? 0, tookMs: took() } as const;
        void readStart(response).then((body) => {
          settle({ layer: { ...layer, line: lineOf(body) }, date: response.headers.date, body });
        });
      });
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else asked.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const UNSENDABLE = 'it cannot be asked for: the token or the address holds characters that no request may hold';

/** Undefined where Node refuses to send it. Why is not repeated: it is about a header that holds a secret. */
function begun(options: RequestOptions): ClientRequest | undefined {
  try {
    return request(options);
  } catch {
    return undefined;
  }
}

/** What could be read of a body; where it breaks off, the answer was there all the same. */
function readStart(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const done = (): void => resolve(Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8'));
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length > MOST_BYTES) done();
    });
    response.once('end', done);
    response.once('close', done);
    response.once('error', done);
  });
}

function lineOf(body: string): string {
  const [first = ''] = (messageOf(body) ?? body).trimStart().split('\n', 1);
  return first
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, LONGEST_LINE);
}

/** The message of a Status of Kubernetes. */
function messageOf(body: string): string | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('kind' in parsed) || parsed.kind !== 'Status') return '';
    return 'message' in parsed && typeof parsed.message === 'string' ? parsed.message : '';
  } catch {
    // No JSON, or only its start: its first line is as good as any.
    return undefined;
  }
}
