import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../../lab/pki/authority.ts';
import { systemClock } from '../../src/core/clock.ts';
import { DAY } from '../../src/core/duration.ts';
import { Secret } from '../../src/core/secret.ts';
import type { KubeconfigObservation, RequestObservation, TlsFailureKind } from '../../src/mesh/probing/request-observation.ts';
import { judgeKubeconfig, judgePublicPath, readinessOf } from '../../src/mesh/probing/request-verdicts.ts';
import { createDialer } from '../../src/probes/dial.ts';
import { type KubeconfigRequest, probeKubeconfig } from '../../src/probes/kubeconfig-probe.ts';
import { probePublicPath } from '../../src/probes/public-path.ts';
import { probeReadiness } from '../../src/probes/readiness.ts';
import { HandClock } from './hand-clock.ts';
import { HOST, Listeners } from './listeners.ts';

const FOREVER = new AbortController().signal;
const TOKEN = 'eyJ-the-token-of-the-reader';
// OpenSSL verifies by the machine's own time.
const TODAY = systemClock.now();
const LIFE = { notBefore: TODAY - DAY, notAfter: TODAY + 90 * DAY };
const CA = createAuthority({ commonName: 'kubernetes-ca', ...LIFE });
const SERVICES = '/api/v1/services?limit=1';

let listeners: Listeners;
let clock: HandClock;

beforeEach(() => {
  listeners = new Listeners();
  clock = new HandClock();
});

afterEach(() => listeners.stop());

function context(): { readonly dialer: ReturnType<typeof createDialer>; readonly clock: HandClock; readonly withinMs: number } {
  return { dialer: createDialer({ proxy: undefined, connectWithinMs: 2_000, clock }), clock, withinMs: 3_000 };
}

function http(serve: RequestListener): Promise<number> {
  return listeners.listen(createHttpServer(serve));
}

interface Serving {
  readonly by?: Authority;
  readonly names?: { readonly dns?: readonly string[]; readonly ip?: readonly string[] };
  readonly life?: { readonly notBefore: number; readonly notAfter: number };
}

function https(serve: RequestListener, { by = CA, names = { ip: [HOST] }, life = LIFE }: Serving = {}): Promise<number> {
  const leaf = by.issueLeaf({ ...names, ...life });
  return listeners.listen(createHttpsServer({ cert: leaf.certificatePem, key: leaf.keyPem }, serve));
}

describe('the readiness of a gateway', () => {
  it('is read from its port', async () => {
    const asked: (string | undefined)[] = [];
    const port = await http((request, response) => {
      asked.push(request.method, request.url, request.headers.host);
      response.end('LIVE\n');
    });
    expect(await probeReadiness({ host: HOST, port }, context(), FOREVER)).toEqual({
      connect: { ok: true, tookMs: 0 },
      tls: undefined,
      answer: { ok: true, status: 200, tookMs: 0, line: 'LIVE' },
    });
    expect(asked).toEqual(['GET', '/healthz/ready', `${HOST}:${port}`]);
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });

  it.each<[string, RequestListener, string]>([
    ['drains', (_, response) => response.writeHead(503).end('DRAINING'), 'notReady'],
    ['hangs up', (request) => request.socket.destroy(), 'unknown'],
    ['speaks no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH_9.9\r\n'), 'unknown'],
  ])('of one that %s', async (_, serve, state) => {
    expect(readinessOf(await probeReadiness({ host: HOST, port: await http(serve) }, context(), FOREVER)).state).toBe(state);
    await listeners.empty();
  });

  it('of one that says nothing is known at the deadline to be unknown', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const probing = probeReadiness({ host: HOST, port: await http(() => ask()) }, context(), FOREVER);
    await asked;
    clock.advance(3_000);
    expect((await probing).answer).toEqual({ ok: false, kind: 'silent', tookMs: 3_000, detail: 'no answer within 3000 ms' });
    await listeners.empty();
  });

  it('of nobody is told as refused', async () => {
    const seen = await probeReadiness({ host: HOST, port: await listeners.closedPort() }, context(), FOREVER);
    expect(readinessOf(seen)).toEqual({ state: 'notReady', says: 'refused' });
  });

  it('is not waited for when the caller leaves', async () => {
    const caller = new AbortController();
    const port = await http(() => caller.abort());
    expect((await probeReadiness({ host: HOST, port }, context(), caller.signal)).answer).toMatchObject({ ok: false, kind: 'cancelled' });
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });
});

describe('a public path', () => {
  it('is asked for by its name, wherever the connection goes', async () => {
    const asked: (string | undefined)[] = [];
    const port = await http((request, response) => {
      asked.push(request.method, request.url, request.headers.host);
      response.writeHead(302, { location: 'https://elsewhere.example.org/' }).end('moved\nto elsewhere');
    });
    const wanted = { url: 'http://shop.example.org/health?deep=1', address: { host: HOST, port } };
    const seen = await probePublicPath(wanted, context(), FOREVER);
    expect(seen).toEqual({ connect: { ok: true, tookMs: 0 }, tls: undefined, answer: { ok: true, status: 302, tookMs: 0, line: 'moved' } });
    expect(asked).toEqual(['GET', '/health?deep=1', 'shop.example.org']);
    expect(judgePublicPath(seen, { url: wanted.url, status: 200 }).cause?.facts).toEqual(['302 instead of 200: moved']);
    await listeners.empty();
  });

  it('over TLS has the name of its URL', async () => {
    const port = await https((_, response) => response.end('ok'), { names: { dns: ['shop.example.org'] } });
    const address = { host: HOST, port };
    const ask = (url: string): Promise<RequestObservation> =>
      probePublicPath({ url, address, caPem: CA.certificatePem }, context(), FOREVER);
    const good = await ask('https://shop.example.org/');
    expect([good.tls?.ok, good.answer?.ok]).toEqual([true, true]);
    expect((await ask('https://other.example.org/')).tls).toMatchObject({ ok: false, kind: 'name' });
    expect((await probePublicPath({ url: 'https://shop.example.org/', address }, context(), FOREVER)).tls).toMatchObject({
      ok: false,
      kind: 'unknown-ca',
    });
    await listeners.empty();
  });

  it('goes to the host and port of its URL where nothing else is said', async () => {
    const port = await http((_, response) => response.end());
    expect((await probePublicPath({ url: `http://${HOST}:${port}`, address: undefined }, context(), FOREVER)).answer).toMatchObject({
      status: 200,
      line: '',
    });
  });

  it('reads no more of an answer than its start', async () => {
    const port = await http((_, response) => response.end('x'.repeat(10_000_000)));
    const seen = await probePublicPath({ url: `http://${HOST}:${port}`, address: undefined }, context(), FOREVER);
    expect(seen.answer).toEqual({ ok: true, status: 200, tookMs: 0, line: 'x'.repeat(200) });
    await listeners.empty();
  });
});

describe('the kubeconfig of a remote secret', () => {
  /** An API server as far as the probe asks it. */
  function api(change: Readonly<Record<string, { readonly status: number; readonly message: string }>> = {}): RequestListener {
    return (request, response) => {
      const path = request.url ?? '';
      const refused = request.headers.authorization === `Bearer ${TOKEN}` ? change[path] : { status: 401, message: 'Unauthorized' };
      response.setHeader('date', new Date(clock.now() + 90_000).toUTCString());
      if (refused !== undefined) {
        response.writeHead(refused.status).end(JSON.stringify({ kind: 'Status', message: refused.message }));
        return;
      }
      response.end(
        JSON.stringify(
          path === '/version' ? { gitVersion: 'v1.36.2+k3s1' } : { kind: 'ServiceList', items: [{ secret: 'of the cluster' }] },
        ),
      );
    };
  }

  async function use(port: number, change: Partial<KubeconfigRequest> = {}): Promise<KubeconfigObservation> {
    const kubeconfig = {
      server: `https://${HOST}:${port}`,
      caPem: CA.certificatePem,
      tlsServerName: undefined,
      token: new Secret(TOKEN),
      ...change,
    };
    const seen = await probeKubeconfig(kubeconfig, context(), FOREVER);
    await listeners.empty();
    expect(clock.timers).toBe(0);
    expect(JSON.stringify(seen)).not.toMatch(/eyJ|of the cluster/);
    return seen;
  }

  it('that works tells version, rights and clock, over one connection', async () => {
    let connections = 0;
    const leaf = CA.issueLeaf({ ip: [HOST], ...LIFE });
    const server = createHttpsServer({ cert: leaf.certificatePem, key: leaf.keyPem }, api());
    server.on('secureConnection', () => (connections += 1));
    const seen = await use(await listeners.listen(server));
    expect(seen).toEqual({
      connect: { ok: true, tookMs: 0 },
      tls: { ok: true, tookMs: 0, notAfter: Math.floor(LIFE.notAfter / 1_000) * 1_000 },
      version: { ok: true, status: 200, tookMs: 0, line: '' },
      gitVersion: 'v1.36.2+k3s1',
      services: { ok: true, status: 200, tookMs: 0, line: '' },
      clock: { skewMs: 90_500, uncertaintyMs: 500 },
    });
    expect([connections, judgeKubeconfig(seen, 'https://x').outcome]).toEqual([1, 'ok']);
  });

  it('whose token is not accepted', async () => {
    const seen = await use(await https(api()), { token: new Secret('eyJ-an-old-one') });
    expect([judgeKubeconfig(seen, 'https://x').cause?.code, judgeKubeconfig(seen, 'https://x').cause?.facts]).toEqual([
      'kubeconfig-token',
      ['GET /version said 401: Unauthorized'],
    ]);
  });

  it('whose token no request may hold', async () => {
    const seen = await use(await https(api()), { token: new Secret('eyJ-two\nlines') });
    expect(judgeKubeconfig(seen, 'https://x').cause).toMatchObject({
      code: 'kubeconfig-token',
      facts: ['GET /version: it cannot be asked for: the token or the address holds characters that no request may hold'],
    });
  });

  it('whose server repeats what it is asked', async () => {
    const echo: RequestListener = ({ headers }, response) => response.writeHead(400).end(`bad request: ${headers.authorization ?? ''}`);
    expect((await use(await https(echo))).version).toEqual({ ok: true, status: 400, tookMs: 0, line: '' });
  });

  it('whose token may not list services', async () => {
    const seen = await use(await https(api({ [SERVICES]: { status: 403, message: 'services is forbidden' } })));
    expect(judgeKubeconfig(seen, 'https://x').cause).toMatchObject({
      code: 'kubeconfig-rights',
      facts: ['GET /api/v1/services said 403: services is forbidden'],
    });
  });

  it.each<[string, Serving, TlsFailureKind]>([
    ['another address', { names: { ip: ['10.0.0.1'], dns: ['kubernetes.default.svc'] } }, 'name'],
    ['another authority', { by: createAuthority({ commonName: 'kubernetes-ca', ...LIFE }) }, 'unknown-ca'],
    ['an expired certificate', { life: { notBefore: TODAY - 2 * DAY, notAfter: TODAY - DAY } }, 'expired'],
    ['a certificate from the future', { life: { notBefore: TODAY + DAY, notAfter: TODAY + 2 * DAY } }, 'not-yet-valid'],
  ])('whose server shows %s', async (_, serving, kind) => {
    const { tls, version } = await use(await https(api(), serving));
    expect([tls, version]).toMatchObject([{ ok: false, kind }, undefined]);
  });

  it('reaches a server by the name that it gives for TLS', async () => {
    const port = await https(api(), { names: { dns: ['kubernetes.default.svc'] } });
    expect((await use(port, { tlsServerName: 'kubernetes.default.svc' })).services).toMatchObject({ ok: true, status: 200 });
  });

  it('that leads to something else', async () => {
    expect((await use(await http((_, response) => response.end()))).tls).toMatchObject({ ok: false, kind: 'not-tls' });
    expect((await use(await listeners.tcp((socket) => socket.once('data', () => socket.resetAndDestroy())))).tls).toMatchObject({
      ok: false,
      kind: 'cut',
    });
    expect((await use(await listeners.closedPort())).connect).toMatchObject({ ok: false, failure: { kind: 'refused' } });
  });

  it('whose server falls silent in the handshake', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const port = await listeners.tcp((socket) => socket.once('data', () => ask()));
    const using = use(port);
    await asked;
    clock.advance(3_000);
    expect((await using).tls).toEqual({ ok: false, kind: 'silent', tookMs: 3_000, detail: 'no end of the handshake within 3000 ms' });
  });
});
