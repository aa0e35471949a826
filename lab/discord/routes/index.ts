import type { Method, Route } from '../rest.ts';
import { callbackRoutes } from './callback.ts';
import { commandRoutes } from './commands.ts';
import { identityRoutes } from './identity.ts';
import { messageRoutes } from './messages.ts';
import { threadRoutes } from './threads.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every call that the double answers. */
export const routes: readonly Route[] = [
  ...identityRoutes,
  ...commandRoutes,
  ...messageRoutes,
  ...threadRoutes,
  ...callbackRoutes,
  ...webhookRoutes,
];

const patterns = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

/** The route of a decoded path, with what its template names. */
export function findRoute(
  method: Method,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const { route, pattern } of patterns) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (match !== null) return { route, params: { ...match.groups } };
  }
  return undefined;
}
