import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTENER } from '../../lab/gateways/counters.ts';
import { HTTPBIN, HTTPBIN_PORT } from '../../lab/scene/httpbin.ts';
import { fieldsAt, listAt } from '../../lab/kubernetes/object.ts';
import { type Bench, observe, startBench } from './gateway/bench.ts';
import { adminExchanges, casesOf } from './gateway/recording.ts';
import { LocalForward } from './gateway/forward.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function ask(port: number, method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, agent: false }, (answer) => {
      const { date: _, connection: __, 'keep-alive': ___, ...headers } = answer.headers;
      text(answer).then((body) => resolve({ status: answer.statusCode, headers, body }), reject);
    });
    call.on('error', reject);
    call.end();
  });
}

/** The names of all fields, with those of lists under `[]`. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => shapeOf(one, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => (key === '_trimmed' ? [] : shapeOf(inner, `${path}.${key}`)));
}

const EXCHANGES = adminExchanges().filter(({ title }) => title.startsWith('gateway '));
/** Pages of which the lab has another text, or none. */
const NOT_COMPARED: Readonly<Record<string, string>> = {
  'gateway GET /clusters': 'the text has one line for each counter; the product reads the JSON',
  'gateway GET /nope': 'the list of all commands',
  'gateway POST /logging': 'nobody changes what a gateway logs',
  'gateway port 15021 GET /healthz/ready (proxied to Envoy /ready here)': 'another port: compared below',
  'gateway port 15021, other path': 'another port: compared below',
};

function isCompared({ title }: { readonly title: string }): boolean {
  return NOT_COMPARED[title] === undefined && !title.includes('prometheus');
}

describe('the admin interface of a gateway of the lab', () => {
  let bench: Bench;
  let admin: number;
  let forward: LocalForward;
  beforeAll(async () => {
    bench = await startBench();
    forward = await LocalForward.open(bench.mesh.member('cluster-b'), 'istio-system', 'istio-eastwestgateway', 15_000);
    admin = forward.port;
  });
  afterAll(async () => {
    await forward.close();
    await bench.stop();
  });

  it('lists only pages that were recorded', () => {
    expect(Object.keys(NOT_COMPARED).filter((name) => !EXCHANGES.some(({ title }) => title === name))).toEqual([]);
  });

  it.each(EXCHANGES.filter(isCompared).map((one) => [one.title, one] as const))(
    '%s has the status and headers of Envoy',
    async (_, exchange) => {
      const { method, path } = exchange.request;
      const { status, headers } = await ask(admin, method, path);

      expect({ status, headers }).toEqual({ status: exchange.response.status, headers: exchange.response.headers });
    },
  );

  it.each(['gateway GET /clusters?format=json', 'gateway GET /listeners?format=json'])('%s has the fields of Envoy', async (title) => {
    const exchange = EXCHANGES.find((one) => one.title === title);
    const own = new Set(shapeOf(JSON.parse((await ask(admin, 'GET', exchange?.request.path ?? '')).body)));
    const recorded = new Set(shapeOf(exchange?.response.body));

    expect([...own].filter((one) => !recorded.has(one))).toEqual([]);
    // A value of 0 is left out, so that field may be missing.
    expect([...recorded].filter((one) => !own.has(one) && !one.endsWith('.value'))).toEqual([]);
  });

  it('counts under the names of Envoy', async () => {
    const stats = EXCHANGES.filter(({ request: { path } }) => path.startsWith('/stats?filter=')).map(({ response }) =>
      String(response.body),
    );
    const recorded = new Set(
      stats.flatMap((page) => page.split('\n').map((line) => line.split(': ')[0]?.replace(/^listener\.[\d.]+_15443/, LISTENER) ?? '')),
    );
    const page = await ask(admin, 'GET', '/stats?filter=listener|membership|cx_total|none_healthy|connect_fail');
    const own = page.body.split('\n').flatMap((line) => {
      const [name = ''] = line.split(': ');
      return name === '' ? [] : [name.replace(/^cluster\.outbound_\.\d+_\._\..*\.svc/, 'cluster.outbound_.8000_._.httpbin.sample-b.svc')];
    });

    expect(own.filter((name) => !recorded.has(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(10);
  });

  it('tells an unknown name from a service without endpoints, which no client can', async () => {
    const wanted = casesOf('sni-alpn').find(({ name }) => name === 'SNI unknown to the gateway, TLSv1.3');
    const count = async (): Promise<number> =>
      Number((await ask(admin, 'GET', `/stats?filter=${LISTENER}.no_filter_chain_match`)).body.split(': ')[1]);
    const before = await count();
    const seen = observe(wanted?.client ?? { tool: '' }, bench.gateway.port.number, 0);
    await expect.poll(() => seen.over).toBe(true);

    expect(await count()).toBe(before + 1);
  });

  it('shows the service behind it with its endpoint', async () => {
    const { cluster_statuses: all } = JSON.parse((await ask(admin, 'GET', '/clusters?format=json')).body) as { cluster_statuses: object[] };
    const own = all.find((one) => fieldsAt(one)['name'] === `outbound_.${HTTPBIN_PORT}_._.${HTTPBIN}`);
    const slice = bench.mesh.member('cluster-b').api.store.list('EndpointSlice', 'sample-b')[0];

    expect(shapeOf(own).filter((one) => one.includes('health'))).toEqual(['.host_statuses[].health_status.eds_health_status']);
    expect(JSON.stringify(own)).toContain(JSON.stringify(slice).match(/10\.2\.3\.\d+/)?.[0]);
  });

  it('counts of an endpoint how many connections there were to it, and how many of them failed', async () => {
    const counted = async (): Promise<readonly number[]> => {
      const { cluster_statuses: all } = JSON.parse((await ask(admin, 'GET', '/clusters?format=json')).body) as {
        cluster_statuses: object[];
      };
      const own = all.find((one) => fieldsAt(one)['name'] === `outbound_.${HTTPBIN_PORT}_._.${HTTPBIN}`);
      const stats = listAt(listAt(own, 'host_statuses')[0], 'stats').map((one) => fieldsAt(one));
      return ['cx_total', 'cx_connect_fail'].map((name) => Number(stats.find((one) => one['name'] === name)?.['value'] ?? 0));
    };
    const client = { tool: '', servername: `outbound_.${HTTPBIN_PORT}_._.${HTTPBIN}`, ALPNProtocols: ['istio'], rejectUnauthorized: false };
    const before = await counted();
    bench.gateway.knobs.behind = 'refused';
    const refused = observe(client, bench.gateway.port.number, bench.clock.now());
    await expect.poll(() => refused.over).toBe(true);
    bench.gateway.knobs.behind = 'sidecar';
    const served = observe(client, bench.gateway.port.number, bench.clock.now());
    await expect.poll(() => served.over).toBe(true);
    const after = await counted();

    expect(after.map((value, index) => value - (before[index] ?? 0))).toEqual([2, 1]);
  });

  it('says on 15021 and in the admin interface that it drains, and serves all the same', async () => {
    const ready = async (): Promise<readonly (string | number | undefined)[]> => {
      const outside = await ask(bench.gateway.readinessPort.number, 'GET', '/healthz/ready');
      const inside = await ask(admin, 'GET', '/ready');
      return [outside.status, outside.body, inside.status, inside.body];
    };
    const good = casesOf('healthy').find(({ name }) => name === 'healthy, no client certificate, TLSv1.3');
    const before = await ready();
    const failed = await ask(admin, 'POST', '/healthcheck/fail');
    const during = await ready();
    const seen = observe(good?.client ?? { tool: '' }, bench.gateway.port.number, bench.clock.now());
    await expect.poll(() => seen.over).toBe(true);
    const mended = await ask(admin, 'POST', '/healthcheck/ok');

    expect([before, during, await ready()]).toEqual([
      [200, 'LIVE\n', 200, 'LIVE\n'],
      [503, 'DRAINING\n', 503, 'DRAINING\n'],
      [200, 'LIVE\n', 200, 'LIVE\n'],
    ]);
    expect([failed.body, mended.body]).toEqual(['OK\n', 'OK\n']);
    expect(seen.events).toEqual(['connect', 'secureConnect', 'alert 116', 'end', 'close false']);
  });

  it('answers other paths of 15021 as recorded', async () => {
    const { status, headers, body } = await ask(bench.gateway.readinessPort.number, 'GET', '/');

    expect({ status, headers, body }).toEqual({ status: 404, headers: { server: 'envoy', 'content-length': '0' }, body: '' });
  });
});
