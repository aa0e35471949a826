/** istiod's plain HTTP ports: 8080 with readiness and debug pages, 15014 with metrics, version and debug pages. */
import { createServer, type Server } from 'node:http';
import type { Way } from '../../kubernetes/cluster.ts';
import type { Identity } from './client-identity.ts';

/** What the pages show. */
export interface PageSource {
  readonly ready: () => boolean;
  readonly version: string;
  readonly metrics: () => string;
  readonly clusters: () => readonly { readonly id: string; readonly secretName: string; readonly syncStatus: string }[];
  /** Who calls from outside of the pod. */
  readonly identify: (authorization: string | undefined) => Identity;
  readonly say: (level: 'warn' | 'error', message: string) => void;
}

interface Page {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

const TEXT = 'text/plain; charset=utf-8';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const NOT_FOUND: Page = { status: 404, type: TEXT, body: '404 page not found\n' };

/** The server of one of the two ports, for callers that come that way. */
export function createPages(port: 8080 | 15_014, way: Way, source: PageSource): Server {
  return createServer((request, response) => {
    const { status, type, body } = pageOf(
      port,
      way,
      { path: (request.url ?? '').split('?')[0] ?? '', authorization: request.headers.authorization },
      source,
    );
    response.writeHead(status, type === undefined ? {} : { 'content-type': type });
    response.end(body ?? '');
  });
}

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
}

function pageOf(port: 8080 | 15_014, way: Way, asked: Asked, source: PageSource): Page {
  if (asked.path.startsWith('/debug/')) return refusalOf(way, asked, source) ?? debugPage(asked.path, source);
  if (port === 8080) return asked.path === '/ready' ? { status: source.ready() ? 200 : 503 } : NOT_FOUND;
  if (asked.path === '/version') return { status: 200, type: TEXT, body: source.version };
  return asked.path === '/metrics' ? { status: 200, type: METRICS_TYPE, body: source.metrics() } : NOT_FOUND;
}

/** Debug pages are for the pod itself and for identities of istio's own namespace. */
function refusalOf(way: Way, { path, authorization }: Asked, { identify, say }: PageSource): Page | undefined {
  if (way === 'forward') return undefined;
  const identity = identify(authorization);
  if ('refused' in identity) {
    say('error', `Failed to authenticate ${path} [${identity.refused}]`);
    return { status: 401 };
  }
  if (identity.spiffe.includes('/ns/istio-system/')) return undefined;
  say('warn', `Unauthorized debug request from [${identity.spiffe}] to ${path}`);
  return { status: 403 };
}

function debugPage(path: string, { clusters }: PageSource): Page {
  const json = (body: string): Page => ({ status: 200, type: 'application/json', body });
  switch (path) {
    case '/debug/clusterz':
      return json(JSON.stringify(clusters()));
    case '/debug/networkz':
      return json('null');
    case '/debug/syncz':
      return json('[]');
    case '/debug/endpointShardz':
      return json('{}');
    default:
      return NOT_FOUND;
  }
}
