/** Plain HTTPS calls, as the recorder made them: no client library between the double and the comparison. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { LabCluster } from '../../../lab/kubernetes/cluster.ts';

/** A call to make. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A whole answer. */
export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Makes a call and waits for the start of its answer. */
export async function open(cluster: LabCluster, { method, path, headers, body }: Sent): Promise<IncomingMessage> {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const call = request(`${cluster.url}${path}`, { method, headers: { ...headers, ...length }, ca: cluster.caPem, agent: false });
  call.end(body);
  const [message] = (await once(call, 'response')) as [IncomingMessage];
  return message;
}

/** Makes a call and reads its answer. */
export async function send(cluster: LabCluster, sent: Sent): Promise<Received> {
  const message = await open(cluster, sent);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return { ...head(message), body: Buffer.concat(chunks).toString() };
}

/** Status and headers. */
export function head(message: IncomingMessage): Omit<Received, 'body'> {
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  return { status: message.statusCode ?? 0, headers };
}

/** An open watch: its events as they come. */
export class OpenWatch {
  readonly events: unknown[] = [];
  readonly head: Omit<Received, 'body'>;
  #ended = false;
  readonly #message: IncomingMessage;
  #heard: () => void = () => undefined;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.head = head(message);
    let text = '';
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      this.events.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown));
      this.#heard();
    });
    message.on('end', () => {
      this.#ended = true;
      this.#heard();
    });
    // the watch is closed by destroying it, which is an error to the stream and none to us
    message.on('error', () => undefined);
  }

  /** Resolves when so many events have come, or when none can come any more. */
  async reach(count: number): Promise<void> {
    while (this.events.length < count && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async end(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  close(): void {
    this.#message.destroy();
  }
}

/** How a call without an answer failed, in the recorder's words; what was answered instead, if it was. */
export async function failure(cluster: LabCluster, sent: Sent): Promise<string> {
  try {
    const { status } = await send(cluster, sent);
    return `answered ${status}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ECONNREFUSED' ? code : `the connection failed: ${code} ${message}`;
  }
}
