import type { Client, RouteLike } from 'discord.js';

/** Calls of Discord's API for as long as whoever makes them is waited for. */
export interface Calls {
  get(route: RouteLike, query: Readonly<Record<string, string>>): Promise<unknown>;
  post(route: RouteLike, body: object): Promise<unknown>;
  patch(route: RouteLike, body: object): Promise<unknown>;
}

/** What goes on after its deadline must not come in between those who do it again: from then on nothing is sent. */
export function callsUntil({ rest }: Client, signal: AbortSignal): Calls {
  const send = (call: () => Promise<unknown>): Promise<unknown> => {
    signal.throwIfAborted();
    return call();
  };
  return {
    get: (route, query) => send(() => rest.get(route, { query: new URLSearchParams(query), signal })),
    post: (route, body) => send(() => rest.post(route, { body, signal })),
    patch: (route, body) => send(() => rest.patch(route, { body, signal })),
  };
}
