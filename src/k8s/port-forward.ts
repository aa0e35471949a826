import { Duplex, PassThrough, Writable } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import { withDeadline } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { OperatorError } from '../core/errors.ts';
import type { CallOptions, ClusterClient } from './client.ts';
import { answerError, transportError, type CallSubject } from './errors.ts';
import type { PodPort } from './pod-proxy.ts';

const DEADLINE_MS = 10_000;

/** What the client's WebSocket offers of itself here. */
interface Channel {
  close(): void;
  addEventListener(event: 'close', listener: () => void): void;
}

/**
 * A TCP connection to a pod's port through the API server: the pod sees it come from its own loopback address. It needs the rights `get` and `create` on
 * `pods/portforward`.
 *
 * @throws OperatorError where the API server refuses it or does not answer in time. What the pod refuses ends the stream with an error.
 */
export async function forwardPort(
  client: ClusterClient,
  to: PodPort,
  { clock, ...options }: CallOptions & { readonly clock: Clock },
): Promise<Duplex> {
  const { namespace, pod, port } = to;
  const subject: CallSubject = {
    cluster: client.cluster,
    verb: 'create',
    resource: 'pods/portforward',
    group: '',
    namespace,
    name: pod,
  };
  const stream = new ForwardedPort(subject);
  const what = `Cannot forward port ${port} of pod ${pod} (cluster ${client.cluster})`;
  try {
    await withDeadline(clock, options.deadlineMs ?? DEADLINE_MS, what, () => stream.connect(client, to), options.signal);
  } catch (error) {
    // Whether or not the connection still comes, nobody waits for it now.
    stream.destroy();
    throw webSocketFailure(subject, error);
  }
  return stream;
}

class ForwardedPort extends Duplex {
  readonly #subject: CallSubject;
  readonly #toPod = new PassThrough();
  #channel: Channel | undefined;

  constructor(subject: CallSubject) {
    super();
    this.#subject = subject;
  }

  async connect(client: ClusterClient, { namespace, pod, port }: PodPort): Promise<void> {
    const fromPod = sink((chunk) => this.push(chunk));
    const refusals = sink((chunk) => this.destroy(this.#refusal(chunk.toString('utf8'))));
    const forward = new PortForward(client.kubeconfig, false);
    // Without a retry count the client gives the connection itself, not a function.
    const channel = (await forward.portForward(namespace, pod, [port], fromPod, refusals, this.#toPod)) as unknown as Channel;
    this.#channel = channel;
    channel.addEventListener('close', () => this.push(null));
    if (this.destroyed) channel.close();
  }

  override _read(): void {
    // Data are pushed as they come: the WebSocket offers no way to hold them back.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#toPod.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#toPod.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel?.close();
    done(error);
  }

  /** The pod's side says in words why nothing comes: mostly that nothing listens on the port. */
  #refusal(words: string): OperatorError {
    const { cluster, namespace, name } = this.#subject;
    return new OperatorError({
      reason: 'unreachable',
      what: `Cannot reach a port of pod ${name ?? ''}`,
      where: `cluster ${cluster}, namespace ${namespace ?? ''}`,
      why: words.replaceAll(/\s+/g, ' ').trim().slice(0, 300),
      next: 'Is the port open in the pod?',
    });
  }
}

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The client hands on an empty chunk for the port number that begins every stream.
      if (chunk.length > 0) take(chunk);
      done();
    },
  });
}

/** A refused upgrade has its status in its words alone. */
function webSocketFailure(subject: CallSubject, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const inner = errorOf(error);
  const status = /Unexpected server response: (?<status>\d{3})/.exec(inner instanceof Error ? inner.message : '')?.groups?.['status'];
  return status === undefined ? transportError(subject, inner) : answerError(subject, Number(status), {}, '');
}

/** The WebSocket library rejects with an event that carries the error. */
function errorOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'error' in thrown ? thrown.error : thrown;
}
