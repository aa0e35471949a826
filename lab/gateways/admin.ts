/** Envoy's admin interface in the gateway's pod, port 15000 (recorded: golden/gateway/admin.json). */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Counters } from './counters.ts';
import type { Destination, Destinations } from './destinations.ts';
import type { GatewayKnobs } from './gateway-port.ts';

export interface AdminSource {
  readonly counters: Counters;
  readonly destinations: Destinations;
  readonly knobs: GatewayKnobs;
}

interface Page {
  readonly status: number;
  readonly type: 'text/plain; charset=UTF-8' | 'application/json';
  readonly body: string;
}

const PORTS = [15_443, 15_021];
const UPSTREAM = ['lb_healthy_panic', 'upstream_cx_connect_fail', 'upstream_cx_none_healthy', 'upstream_cx_total'];
const POSTS = new Set(['/healthcheck/fail', '/healthcheck/ok']);

/** Answers as the admin interface does. */
export function createAdmin(source: AdminSource): RequestListener {
  return (message, response) => {
    const { status, type, body } = pageOf(message, source);
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-cache, max-age=0',
      'x-content-type-options': 'nosniff',
      server: 'envoy',
    });
    response.write(body);
    response.end();
  };
}

function pageOf({ method = 'GET', url = '/' }: IncomingMessage, source: AdminSource): Page {
  const { pathname, searchParams } = new URL(url, 'http://admin');
  if (POSTS.has(pathname)) return healthCheck(method, pathname, source.knobs);
  const json = searchParams.get('format') === 'json';
  switch (pathname) {
    case '/ready':
      return source.knobs.readiness === 'live' ? plain(200, 'LIVE\n') : plain(503, 'DRAINING\n');
    case '/clusters':
      return json ? structured(clustersJson(source)) : plain(200, clustersText(source));
    case '/listeners':
      return json ? structured(listenersJson()) : plain(200, PORTS.map((port) => `0.0.0.0_${port}::0.0.0.0:${port}\n`).join(''));
    case '/certs':
      return structured({ certificates: [] });
    case '/stats':
      return statsPage(source, searchParams.get('filter'), json);
    case '/server_info':
      return structured({ version: 'lab/1.40.0/Clean/RELEASE/BoringSSL', state: source.knobs.readiness === 'live' ? 'LIVE' : 'DRAINING' });
    default:
      return plain(404, 'invalid path. admin commands are:\n  /: Admin home page\n');
  }
}

function plain(status: number, body: string): Page {
  return { status, type: 'text/plain; charset=UTF-8', body };
}

function structured(value: object): Page {
  return { status: 200, type: 'application/json', body: JSON.stringify(value) };
}

function healthCheck(method: string, path: string, knobs: GatewayKnobs): Page {
  if (method !== 'POST') return plain(405, `Method ${method} not allowed, POST required.`);
  knobs.readiness = path === '/healthcheck/ok' ? 'live' : 'draining';
  return plain(200, 'OK\n');
}

/** Everything by name, what objects say included. */
function statsOf({ counters, destinations }: AdminSource): (readonly [string, number])[] {
  const found = new Map(counters.list());
  for (const { cluster, endpoints } of destinations.list()) {
    for (const name of UPSTREAM) found.set(`cluster.${cluster}.${name}`, counters.get(`cluster.${cluster}.${name}`));
    found.set(`cluster.${cluster}.membership_healthy`, endpoints.length);
    found.set(`cluster.${cluster}.membership_total`, endpoints.length);
  }
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function statsPage(source: AdminSource, filter: string | null, json: boolean): Page {
  let wanted: RegExp;
  try {
    wanted = new RegExp(filter ?? '');
  } catch {
    // Envoy says so too, in the words of its own library.
    return plain(400, `Invalid re2 regex: ${filter}\n`);
  }
  const stats = statsOf(source).filter(([name]) => wanted.test(name));
  if (json) return structured({ stats: stats.map(([name, value]) => ({ name, value })) });
  return plain(200, stats.map(([name, value]) => `${name}: ${value}\n`).join(''));
}

function listenersJson(): object {
  return {
    listener_statuses: PORTS.map((port) => ({
      name: `0.0.0.0_${port}`,
      local_address: { socket_address: { address: '0.0.0.0', port_value: port } },
    })),
  };
}

const LIMITS = { max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 3 };

function clustersJson({ counters, destinations }: AdminSource): object {
  return {
    cluster_statuses: destinations.list().map((destination) => ({
      name: destination.cluster,
      ...hostsJson(destination, counters),
      circuit_breakers: { thresholds: [LIMITS, { priority: 'HIGH', ...LIMITS }] },
      observability_name: destination.cluster,
    })),
  };
}

/** A cluster without endpoints has no such field; a value of 0 is left out. */
function hostsJson({ cluster, endpoints }: Destination, counters: Counters): object {
  if (endpoints.length === 0) return {};
  const value = (name: string, count: number): object => (count === 0 ? { name } : { value: String(count), name });
  const total = counters.get(`cluster.${cluster}.upstream_cx_total`);
  const stats = [
    value('cx_connect_fail', counters.get(`cluster.${cluster}.upstream_cx_connect_fail`)),
    value('cx_total', total),
    { name: 'rq_error' },
    { name: 'rq_success' },
    { name: 'rq_timeout' },
    value('rq_total', total),
    { type: 'GAUGE', name: 'cx_active' },
    { type: 'GAUGE', name: 'rq_active' },
    { type: 'GAUGE', name: 'rq_pending_active' },
  ];
  return {
    host_statuses: endpoints.map(({ address, port }) => ({
      address: { socket_address: { address, port_value: port } },
      stats,
      health_status: { eds_health_status: 'HEALTHY' },
      weight: 1,
      locality: {},
    })),
  };
}

function clustersText({ counters, destinations }: AdminSource): string {
  const lines = destinations.list().flatMap(({ cluster, endpoints }) => [
    `${cluster}::observability_name::${cluster}`,
    ...['default', 'high'].flatMap((priority) =>
      Object.entries(LIMITS).map(([name, value]) => `${cluster}::${priority}_priority::${name}::${value}`),
    ),
    `${cluster}::added_via_api::true`,
    ...endpoints.flatMap(({ address, port }) => {
      const host = `${cluster}::${address}:${port}`;
      const count = (name: string): number => counters.get(`cluster.${cluster}.upstream_${name}`);
      return [
        `${host}::cx_active::0`,
        `${host}::cx_connect_fail::${count('cx_connect_fail')}`,
        `${host}::cx_total::${count('cx_total')}`,
        `${host}::health_flags::healthy`,
      ];
    }),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}
