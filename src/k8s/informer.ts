import { Watch } from '@kubernetes/client-node';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { SECOND } from '../core/duration.ts';
import { OperatorError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Random } from '../core/random.ts';
import type { ClusterClient } from './client.ts';
import { ApiError, answerError, transportError, type CallSubject } from './errors.ts';
import { pathOf, type Resource } from './resources.ts';

/** An object as far as an informer reads it; the rest is passed on. */
const Watched = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string().optional(),
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
  }),
});
const Bookmark = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) });
const Ended = z.looseObject({ code: z.number() });

export type WatchedObject = z.infer<typeof Watched>;

export interface Change {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: WatchedObject;
}

export interface InformerOptions {
  readonly client: ClusterClient;
  readonly resource: Resource;
  readonly namespace?: string;
  /** Only the object of this name: rights on one name are enough for it. */
  readonly name?: string;
  readonly labelSelector?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told of every change, in order, and after a gap of what the gap hid. */
  readonly onChange: (change: Change) => void;
  /** Told of every failure; it is tried again whatever the failure. */
  readonly onFailure?: (failure: OperatorError) => void;
  /** What is kept and told of an object; all of it by default. What holds keys should not stay in memory. */
  readonly keep?: (object: WatchedObject) => WatchedObject;
  /** A connection that says nothing for so long is dead, in milliseconds. Servers send bookmarks about once a minute. */
  readonly inactivityMs?: number;
}

export interface Informer {
  /** Resolves when all objects have been seen once; rejects when it is stopped before. */
  readonly synced: Promise<void>;
  /** What is there, as far as is known. Never read this right before a write: it may be old. */
  objects(): readonly WatchedObject[];
  /** Resolves when the last callback has been made. */
  stop(): Promise<void>;
}

const INACTIVITY_MS = 90 * SECOND;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30 * SECOND;
/** The server ends the watch after this, and it is taken up again where it was. */
const WATCH_SECONDS = 300;

/** Lists, then watches, and goes on through everything that can happen to a connection until it is stopped. */
export function startInformer(options: InformerOptions): Informer {
  const loop = new Loop(options);
  const ended = loop.run();
  return {
    synced: loop.synced.promise,
    objects: () => [...loop.known.values()],
    async stop() {
      loop.stopping.abort();
      await ended;
    },
  };
}

class Loop {
  readonly known = new Map<string, WatchedObject>();
  readonly synced = Promise.withResolvers<void>();
  readonly stopping = new AbortController();
  readonly #options: InformerOptions;
  readonly #subject: CallSubject;
  readonly #fieldSelector: string | undefined;
  /** Where to go on; undefined: list first. */
  #version: string | undefined;
  /** Attempts since the server last said something on a watch: each makes the next wait longer. */
  #failures = 0;
  /** True while a watch has said nothing. */
  #isQuiet = true;

  constructor(options: InformerOptions) {
    const { client, resource, namespace, name } = options;
    this.#options = options;
    this.#subject = { cluster: client.cluster, verb: 'watch', resource: resource.plural, group: resource.group, namespace, name };
    this.#fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
    // Whoever does not wait for it must not be told by a crash.
    this.synced.promise.catch(() => undefined);
  }

  async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list();
        await this.#watch(this.#version ?? '');
        // Something between us and the server may end every watch as soon as it begins.
        if (this.#isQuiet) await this.#pause();
      } catch (error) {
        if (!signal.aborted) await this.#recover(error);
      }
    }
    this.synced.reject(new OperatorError({ reason: 'cancelled', what: `Cannot watch ${this.#subject.resource}`, why: 'it was stopped' }));
  }

  async #list(): Promise<void> {
    const { client, resource, namespace, labelSelector } = this.#options;
    const { items, resourceVersion } = await client.listing(resource, {
      signal: this.stopping.signal,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(this.#fieldSelector === undefined ? {} : { fieldSelector: this.#fieldSelector }),
    });
    const objects = z.array(Watched).parse(items);
    const present = new Set(objects.map(keyOf));
    for (const [key, object] of this.known) if (!present.has(key)) this.#gone(object);
    for (const object of objects) this.#seen(object);
    this.#version = resourceVersion;
    this.synced.resolve();
  }

  /** Resolves when the server ends the watch in good order. */
  async #watch(from: string): Promise<void> {
    const { client, resource, namespace, labelSelector, inactivityMs } = this.#options;
    const config = client.kubeconfig;
    this.#isQuiet = true;
    const watch = new Watch(config);
    // Private in the client's types alone.
    watch['requestTimeoutMs'] = inactivityMs ?? INACTIVITY_MS;
    const end = Promise.withResolvers<void>();
    let failure: OperatorError | undefined;
    const path = pathOf(resource, namespace === undefined ? {} : { namespace });
    const query = {
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      timeoutSeconds: WATCH_SECONDS,
      labelSelector,
      fieldSelector: this.#fieldSelector,
    };
    const onEvent = (type: string, object: unknown): void => {
      // The client swallows what a callback throws.
      try {
        this.#event(type, object);
      } catch (error) {
        failure ??= asFailure(this.#subject, error);
      }
    };
    const stop = (): void => end.resolve();
    this.stopping.signal.addEventListener('abort', stop, { once: true });
    const connection = watch.watch(path, query, onEvent, (error: unknown) =>
      error === null || error === undefined ? end.resolve() : end.reject(watchFailure(this.#subject, error)),
    );
    connection.catch((error: unknown) => end.reject(watchFailure(this.#subject, error)));
    try {
      await end.promise;
      if (failure !== undefined) throw failure;
    } catch (error) {
      if (error instanceof OperatorError && error.reason === 'unauthorized') client.renewCredentials(config);
      throw error;
    } finally {
      this.stopping.signal.removeEventListener('abort', stop);
      // A connection that is still being made is cut as soon as it is there.
      void connection.then((controller) => controller.abort()).catch(() => undefined);
    }
  }

  #event(type: string, raw: unknown): void {
    if (this.stopping.signal.aborted) return;
    if (type === 'ERROR') throw answerError(this.#subject, Ended.parse(raw).code, {}, JSON.stringify(raw));
    this.#isQuiet = false;
    this.#failures = 0;
    if (type === 'BOOKMARK') {
      this.#version = Bookmark.parse(raw).metadata.resourceVersion;
      return;
    }
    const object = Watched.parse(raw);
    this.#version = object.metadata.resourceVersion;
    if (type === 'DELETED') this.#gone(object);
    else this.#seen(object);
  }

  /** An object that came back under its name with another uid is another object. */
  #seen(whole: WatchedObject): void {
    const object = this.#options.keep?.(whole) ?? whole;
    const before = this.known.get(keyOf(object));
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) this.#gone(before);
    const type = before?.metadata.uid === object.metadata.uid ? 'modified' : 'added';
    this.known.set(keyOf(object), object);
    this.#tell({ type, object });
  }

  #gone(whole: WatchedObject): void {
    const object = this.#options.keep?.(whole) ?? whole;
    if (this.known.delete(keyOf(object))) this.#tell({ type: 'deleted', object });
  }

  /** A defect of whoever listens must not end the watch. */
  #tell(change: Change): void {
    try {
      this.#options.onChange(change);
    } catch (error) {
      this.#options.log.error({ component: 'k8s', cluster: this.#subject.cluster, err: error }, 'a listener failed on a change');
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { log, onFailure } = this.#options;
    if (error instanceof ApiError && error.status === 410) {
      this.#version = undefined;
      // The first time it is nothing but a gap; a server that says so again and again must not be asked without a pause.
      if (this.#failures === 0) {
        this.#failures = 1;
        return;
      }
    }
    const failure = asFailure(this.#subject, error);
    log.debug(
      { component: 'k8s', cluster: this.#subject.cluster, reason: failure.reason, err: failure },
      'a watch failed and is tried again',
    );
    onFailure?.(failure);
    await this.#pause(failure.retryAfterMs);
  }

  /** @param asked what the server asked for, in milliseconds */
  async #pause(asked?: number): Promise<void> {
    const { clock, random } = this.#options;
    const wait = asked ?? Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures += 1;
    // Only stopping cuts the wait short, and the loop looks at that itself.
    await clock.sleep(wait * (0.5 + random.next() / 2), this.stopping.signal).catch(() => undefined);
  }
}

function keyOf({ metadata: { namespace, name } }: WatchedObject): string {
  return `${namespace ?? ''}/${name}`;
}

/** The client gives the status of a refused watch, without its body. */
function watchFailure(subject: CallSubject, error: unknown): OperatorError {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number') return answerError(subject, status, {}, '');
  if (error instanceof Error && error.name === 'TimeoutError') {
    const { cluster, resource } = subject;
    const why = 'the server said nothing for too long';
    return new OperatorError({ reason: 'timeout', what: `Cannot watch ${resource}`, where: `cluster ${cluster}`, why });
  }
  return transportError(subject, error);
}

function asFailure(subject: CallSubject, error: unknown): OperatorError {
  if (!(error instanceof z.ZodError)) return transportError(subject, error);
  const { cluster, resource } = subject;
  const why = `an object is not of the form that is expected at ${error.issues[0]?.path.join('.') ?? ''}`;
  return new OperatorError({ reason: 'protocol', what: `Cannot watch ${resource}`, where: `cluster ${cluster}`, why });
}
