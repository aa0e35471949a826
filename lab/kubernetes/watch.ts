/** Open watches: what each of them is told, and how each ends. */
import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../src/core/clock.ts';
import type { Answer, ResourceCall } from './call.ts';
import { objectForm } from './forms.ts';
import type { KubeObject } from './object.ts';
import { checkListOptions } from './reads.ts';
import { groupVersion } from './resources.ts';
import { matcherOf, type Matcher } from './selectors.ts';
import type { Storage, StoreEvent } from './store.ts';
import { expired, parseWatchVersion } from './versions.ts';

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** How often a watch that asked for them gets a bookmark. */
const BOOKMARK_MS = 60_000;
/** So long before its end a watch gets a last one. */
const LAST_BOOKMARK_MS = 2000;
/** A watch with a shorter life gets none. */
const BOOKMARKED_LIFE_SECONDS = 10;

/** An event as a watch with a selector sees it: entering is ADDED, leaving is DELETED with the new version and the old content. */
function seen(event: StoreEvent, matches: Matcher): WatchEvent | undefined {
  const before = event.previous !== undefined && matches(event.previous);
  const now = event.type !== 'DELETED' && matches(event.object);
  if (!before && !now) return undefined;
  if (before && now) return { type: 'MODIFIED', object: event.object };
  if (now) return { type: 'ADDED', object: event.object };
  return { type: 'DELETED', object: event.type === 'DELETED' ? event.object : atVersion(event.previous, event.revision) };
}

function atVersion(object: KubeObject | undefined, revision: number): unknown {
  return object === undefined ? undefined : { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** Keeps every open watch, so that faults can end or silence them. */
export class WatchHub {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #open = new Set<() => void>();
  #held: (() => void)[] | undefined;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** While frozen, events are held back instead of sent. */
  freeze(): void {
    this.#held ??= [];
  }

  thaw(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  get size(): number {
    return this.#open.size;
  }

  /** Ends every watch cleanly, as a server does before it stops. */
  endAll(): void {
    for (const end of this.#open) end();
  }

  watch(call: ResourceCall): Answer {
    checkListOptions(call.query);
    const version = parseWatchVersion(call.query.get('resourceVersion'));
    const { matches } = matcherOf(call.query, call.target.resource);
    return { stream: (response) => this.#serve(call, { version, matches: within(call, matches) }, response) };
  }

  #serve(call: ResourceCall, { version, matches }: { version: number | undefined; matches: Matcher }, response: ServerResponse): void {
    const form = objectForm(call.headers.accept);
    const send = ({ type, object }: WatchEvent): void => {
      const shown = form === undefined || type === 'ERROR' || object === undefined ? object : form(object as KubeObject);
      const line = `${JSON.stringify({ type, object: shown })}\n`;
      if (this.#held === undefined) response.write(line);
      else this.#held.push(() => response.write(line));
    };
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.flushHeaders();
    const past = this.#past(call, version, matches);
    if (past === undefined) {
      const message = `too old resource version: ${version} (${this.#storage.forgotten(call.target.resource)})`;
      send({ type: 'ERROR', object: expired(message).status });
      response.end();
      return;
    }
    for (const event of past) send(event);
    this.#follow(call, { after: version ?? 0, matches, send }, response);
  }

  /** What a watch is told before anything new happens, or undefined when that is forgotten. */
  #past(call: ResourceCall, version: number | undefined, matches: Matcher): WatchEvent[] | undefined {
    const { query, target } = call;
    const initial = query.get('sendInitialEvents') === 'true';
    if (version !== undefined && version !== 0 && !initial) {
      const events = this.#storage.since(target.resource, version);
      return events?.map((event) => seen(event, matches)).filter((event) => event !== undefined);
    }
    const present = this.#storage.all(target.resource).filter(({ object }) => matches(object));
    const added: WatchEvent[] = present.map(({ object }) => ({ type: 'ADDED', object }));
    if (!initial || query.get('allowWatchBookmarks') !== 'true') return added;
    return [...added, this.#bookmark(call, { annotations: { 'k8s.io/initial-events-end': 'true' } })];
  }

  #bookmark({ target }: ResourceCall, more: object = {}): WatchEvent {
    const { resource } = target;
    const metadata = { resourceVersion: String(this.#storage.revision), ...more };
    return { type: 'BOOKMARK', object: { kind: resource.kind, apiVersion: groupVersion(resource), metadata } };
  }

  #follow(call: ResourceCall, { after, matches, send }: Following, response: ServerResponse): void {
    const unfollow = this.#storage.follow(call.target.resource, (event) => {
      const shown = event.revision > after ? seen(event, matches) : undefined;
      if (shown !== undefined) send(shown);
    });
    const seconds = Number(call.query.get('timeoutSeconds') ?? 0);
    const end = (): void => {
      close();
      response.end();
    };
    const timer = seconds > 0 ? this.#clock.after(seconds * 1000, end) : undefined;
    const bookmark = (): void => send(this.#bookmark(call));
    const timers = call.query.get('allowWatchBookmarks') === 'true' ? this.#bookmarks(seconds, bookmark) : undefined;
    const close = (): void => {
      unfollow();
      timer?.stop();
      timers?.();
      this.#open.delete(end);
    };
    this.#open.add(end);
    response.on('close', close);
  }

  #bookmarks(lifeSeconds: number, send: () => void): () => void {
    const last = lifeSeconds >= BOOKMARKED_LIFE_SECONDS ? this.#clock.after(lifeSeconds * 1000 - LAST_BOOKMARK_MS, send) : undefined;
    let next: Timer;
    const wait = (): void => {
      next = this.#clock.after(BOOKMARK_MS, () => {
        send();
        wait();
      });
    };
    wait();
    return () => {
      last?.stop();
      next.stop();
    };
  }
}

interface Following {
  readonly after: number;
  readonly matches: Matcher;
  readonly send: (event: WatchEvent) => void;
}

function within({ target }: ResourceCall, matches: Matcher): Matcher {
  if (target.namespace === '') return matches;
  return (object) => object.metadata.namespace === target.namespace && matches(object);
}
