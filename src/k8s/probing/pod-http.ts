import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { withDeadline } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import { forwardPort } from '../port-forward.ts';
import type { PodPort } from '../pod-proxy.ts';
import type { Reading } from '../readers/reading.ts';

/** Nothing that is asked here has a longer answer. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface PodQuestion extends PodPort {
  readonly path: string;
  /** In milliseconds, from the first call on. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/**
 * The body of what a pod answers to a GET on one of its ports, whatever its status, through a port-forward.
 * @throws OperatorError where the port cannot be forwarded or nobody answers in time.
 */
export function askPod({ path, withinMs, clock, ...to }: PodQuestion, { client, signal }: Reading): Promise<string> {
  const what = `Cannot ask pod ${to.pod} (cluster ${client.cluster})`;
  return withDeadline(
    clock,
    withinMs,
    what,
    async (inner) => {
      const stream = await forwardPort(client, to, { signal: inner, clock });
      inner.addEventListener('abort', () => stream.destroy(), { once: true });
      try {
        return await get(stream, path);
      } finally {
        stream.destroy();
      }
    },
    signal,
  );
}

function get(stream: Duplex, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ createConnection: () => stream, path, headers: { host: 'localhost', connection: 'close' } });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        length += part.length;
        parts.push(part);
        if (length > MOST_BYTES) answer.destroy(new Error('a pod answered with more than can be read'));
      });
      answer.once('error', reject);
      answer.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    });
    asked.end();
  });
}
