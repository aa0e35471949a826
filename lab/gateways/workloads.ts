/** What runs behind the gateways: each answers a path with a text. */
import type { RequestListener } from 'node:http';
import { canaryHost } from '../scene/canary.ts';
import type { MeshClient } from './mesh-client.ts';

export interface AppAnswer {
  readonly status: number;
  readonly body: string;
}

export type App = (path: string) => Promise<AppAnswer> | AppAnswer;

/** How long agnhost's `/dial` waits for an answer. */
const DIAL_WITHIN_MS = 5_000;

/** agnhost netexec: `/hostname`, and `/dial`, which asks somebody else on behalf of whoever asks (kubernetes: test/images/agnhost/netexec). */
export function netexec(pod: () => string, from: string, client: () => MeshClient): App {
  return async (path) => {
    const url = new URL(path, 'http://app');
    if (url.pathname === '/hostname') return { status: 200, body: pod() };
    if (url.pathname === '/dial') return dial(url.searchParams, from, client());
    return url.pathname === '/' ? { status: 200, body: 'NOW: lab' } : { status: 404, body: '404 page not found\n' };
  };
}

async function dial(query: URLSearchParams, from: string, client: MeshClient): Promise<AppAnswer> {
  const host = query.get('host') ?? '';
  const port = Number(query.get('port') ?? '');
  if (host === '' || !Number.isInteger(port) || port === 0) return { status: 400, body: 'host and port parameters are required\n' };
  const request = query.get('request') ?? 'hostname';
  const responses: string[] = [];
  const errors: string[] = [];
  for (let left = Number(query.get('tries') ?? 1); left > 0; left -= 1) {
    const answer = await client.get({ from, host, port, path: `/${request}`, withinMs: DIAL_WITHIN_MS });
    if ('error' in answer) errors.push(`Get "http://${host}:${port}/${request}": ${answer.error}`);
    // It never looks at the status: what a proxy says instead is an answer too.
    else responses.push(answer.body);
  }
  const said = { ...(responses.length > 0 ? { responses } : {}), ...(errors.length > 0 ? { errors } : {}) };
  return { status: 200, body: JSON.stringify(said) };
}

/** A service that answers every path. */
export function httpbin(cluster: string): App {
  return (path) => ({ status: 200, body: `${JSON.stringify({ cluster, path })}\n` });
}

/** The app at a name. */
export function appOf(host: string, cluster: string, canary: App): App {
  return host === canaryHost(cluster) ? canary : httpbin(cluster);
}

/** Serves an app over HTTP. */
export function listenerOf(app: App): RequestListener {
  return (request, response) => {
    void Promise.resolve(app(request.url ?? '/')).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(body);
    });
  };
}
