import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classifyTls } from '../../src/mesh/probing/gateway.ts';
import { alertOf, type TlsEvent, type TlsObservation } from '../../src/mesh/probing/gateway-observation.ts';
import { judgePath } from '../../src/mesh/probing/gateway-path.ts';
import { createDialer, type Dialer } from '../../src/probes/dial.ts';
import { type GatewayObservations, probeGateway } from '../../src/probes/gateway.ts';
import { probeTls } from '../../src/probes/tls-probe.ts';
import { CANARY, certificates, ROOT } from '../mesh/probing/gateway-observations.ts';
import { HandClock } from './hand-clock.ts';
import { HOST, Listeners, passthrough, SIDECAR, WEB_SERVER } from './listeners.ts';

const FOREVER = new AbortController().signal;
const NAME = 'outbound_.8080_._.mesh-canary-b.mesh-canary.svc.cluster.local';
const NO_NAME = 'outbound_.8080_._.none-k3j9x.mesh-canary.svc.cluster.local';
let listeners: Listeners;
let clock: HandClock;
let dialer: Dialer;

beforeEach(() => {
  listeners = new Listeners();
  clock = new HandClock();
  dialer = createDialer({ proxy: undefined, connectWithinMs: 2_000, clock });
});

afterEach(() => listeners.stop());

function probe(port: number, signal = FOREVER): Promise<TlsObservation> {
  return probeTls({ host: HOST, port, servername: NAME }, { dialer, clock }, signal);
}

/** What happened, without Node's words for it. */
function shortly(event: TlsEvent): string {
  if (event.event !== 'error') return event.event;
  const alert = alertOf(event.message);
  return alert === undefined ? `error ${event.code ?? ''}` : `alert ${alert}`;
}

async function codeOf(port: number): Promise<string> {
  const observation = await probe(port);
  await listeners.empty();
  expect(clock.timers).toBe(0);
  return classifyTls(observation).code;
}

describe('one TLS probe', () => {
  it('sees a sidecar: the handshake, the chain as it was sent, and alert 116', async () => {
    const { events, certificates: chain, received, ...rest } = await probe(await listeners.tls(SIDECAR));
    expect(events.map((event) => shortly(event))).toEqual(['connect', 'secureConnect', 'alert 116', 'end', 'close']);
    expect(chain.map(({ subject, uriNames }) => [subject, ...uriNames])).toEqual([['', CANARY], ['CN=istio-ica-b'], ['CN=istio-root']]);
    expect(received).toBeGreaterThan(1_000);
    expect(rest).toEqual({ servername: NAME, clientCertificate: false, connect: { ok: true, tookMs: 0 }, protocol: 'TLSv1.3' });
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['a reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'reset'],
    ['an orderly end', (socket) => socket.once('data', () => socket.end()), 'closed'],
    ['plain HTTP', (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), 'plaintext'],
  ])('tells %s', async (_, serve, code) => {
    expect(await codeOf(await listeners.tcp(serve))).toBe(code);
  });

  it('tells a port on which nobody listens', async () => {
    expect(await codeOf(await listeners.closedPort())).toBe('connect-refused');
  });

  it('tells a server that knows no TLS 1.3', async () => {
    expect(await codeOf(await listeners.tls({ ...SIDECAR, maxVersion: 'TLSv1.2' }))).toBe('alert-protocol-version');
  });

  it('tells a server that wants certificates and is no sidecar', async () => {
    expect(await codeOf(await listeners.tls({ ...WEB_SERVER, requestCert: true, rejectUnauthorized: true }))).toBe('not-a-mesh-chain');
  });

  it.each<[string, Parameters<Listeners['tls']>[0], string]>([
    ['a web server', WEB_SERVER, 'completes-and-stays-open'],
    ['a sidecar whose alert never comes', { ...SIDECAR, rejectUnauthorized: false }, 'secure-then-silent'],
  ])('waits for an alert of %s for 3 s after the handshake, and no longer', async (_, options, code) => {
    const port = await listeners.tls(options);
    const events: TlsEvent[] = [];
    const { promise: secured, resolve: secure } = Promise.withResolvers<void>();
    const told = (event: TlsEvent): void => {
      events.push(event);
      if (event.event === 'secureConnect') secure();
    };
    const probing = probeTls({ host: HOST, port, servername: NAME, told }, { dialer, clock }, FOREVER);
    await secured;
    await clock.waiting(3_000);
    clock.advance(2_999);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    const observation = await probing;
    expect(observation.events).toEqual(events);
    expect(observation.events.at(-1)).toEqual({ at: 3_000, event: 'deadline' });
    expect(classifyTls(observation).code).toBe(code);
    await listeners.empty();
  });

  it('waits three times as long as connecting took', async () => {
    const port = await listeners.tcp((socket) => socket.resume());
    const far: Dialer = {
      connectWithinMs: 2_000,
      async dial(...arguments_) {
        const dialed = await dialer.dial(...arguments_);
        return dialed.ok ? { ...dialed, tookMs: 1_500 } : dialed;
      },
    };
    const probing = probeTls({ host: HOST, port, servername: NAME }, { dialer: far, clock }, FOREVER);
    await clock.waiting(4_500);
    clock.advance(4_500);
    expect(classifyTls(await probing).code).toBe('silent-after-connect');
    await listeners.empty();
  });

  it('tells silence in the middle of an answer from silence before it', async () => {
    // The head of a record that never comes to its end.
    const port = await listeners.tcp((socket) => socket.once('data', () => socket.write(Buffer.from([22, 3, 3, 0, 122, 2, 0]))));
    let ours: Socket | undefined;
    const watched: Dialer = {
      connectWithinMs: 2_000,
      async dial(...arguments_) {
        const dialed = await dialer.dial(...arguments_);
        if (dialed.ok) ours = dialed.socket;
        return dialed;
      },
    };
    const probing = probeTls({ host: HOST, port, servername: NAME }, { dialer: watched, clock }, FOREVER);
    await expect.poll(() => ours?.bytesRead).toBe(7);
    clock.advance(3_000);
    const observation = await probing;
    expect([observation.received, classifyTls(observation).code]).toEqual([7, 'silent-inside-handshake']);
    await listeners.empty();
  });

  it('ends when the caller leaves, and leaves nothing open', async () => {
    const port = await listeners.tcp((socket) => socket.resume());
    const caller = new AbortController();
    const probing = probe(port, caller.signal);
    await clock.waiting(3_000);
    caller.abort();
    const observation = await probing;
    expect(observation.events.map((event) => shortly(event))).toEqual(['connect', 'cancelled']);
    expect(classifyTls(observation).code).toBe('cancelled');
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });
});

describe('all probes of a gateway', () => {
  function measure(port: number, signal = FOREVER): Promise<GatewayObservations> {
    return probeGateway({ host: HOST, port, servername: NAME, controlName: NO_NAME }, { dialer, clock }, signal);
  }

  function judge(seen: GatewayObservations): ReturnType<typeof judgePath> {
    return judgePath({
      ...seen,
      target: { host: HOST, port: 15_443, servername: NAME, proxy: undefined },
      bundle: certificates(ROOT.certificatePem),
      expected: { trustDomain: 'cluster.local', namespace: 'mesh-canary', serviceAccount: 'mesh-canary' },
      evidence: undefined,
      now: clock.now(),
    });
  }

  it('find a gateway with a sidecar behind it well', async () => {
    const seen = await measure(await listeners.tcp(passthrough(await listeners.tls(SIDECAR))));
    expect(seen.control.servername).toBe(NO_NAME);
    expect(judge(seen)).toMatchObject({
      path: 'ok',
      code: 'healthy',
      trust: { state: 'ok' },
      verdicts: { control: { code: 'reset' }, second: undefined },
    });
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });

  it('find that a sidecar without a gateway answers any name', async () => {
    expect(judge(await measure(await listeners.tls(SIDECAR))).code).toBe('answers-any-name');
    await listeners.empty();
  });

  it('find no way where nobody listens, without a second try', async () => {
    const seen = await measure(await listeners.closedPort());
    expect([judge(seen).code, seen.second]).toEqual(['connect-refused', undefined]);
    expect(clock.timers).toBe(0);
  });

  it('find the hole that swallows large packets, in the time of one probe', async () => {
    let ignored = 0;
    const ignores = (hello: Buffer): boolean => {
      if (hello.length < 1_000) return false;
      ignored += 1;
      return true;
    };
    const behind = passthrough(await listeners.tls(SIDECAR), { ignores });
    const { promise: third, resolve: gone } = Promise.withResolvers<void>();
    let taken = 0;
    const port = await listeners.tcp((socket) => {
      taken += 1;
      if (taken === 3) socket.once('close', () => gone());
      behind(socket);
    });
    const measuring = measure(port);
    await clock.waiting(1_500);
    await expect.poll(() => ignored).toBe(2);
    clock.advance(1_500);
    await third;
    clock.advance(1_500);
    const seen = await measuring;
    expect([seen.main, seen.control, seen.second].map((one) => one && classifyTls(one).code)).toEqual([
      'silent-after-connect',
      'silent-after-connect',
      'healthy',
    ]);
    expect(judge(seen).code).toBe('mtu-hole');
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });

  it('find that the gateway lives where only what is behind it is silent', async () => {
    const frozen = await listeners.tcp((socket) => socket.resume());
    const port = await listeners.tcp(passthrough(frozen));
    const measuring = measure(port);
    await clock.waiting(1_500);
    // The control is over when only the main probe and its second try wait.
    await expect.poll(() => clock.timers).toBe(2);
    clock.advance(1_500);
    await clock.waiting(2_000);
    await clock.waiting(1_500);
    clock.advance(1_500);
    await expect.poll(() => clock.timers).toBe(0);
    expect(judge(await measuring).code).toBe('endpoint-silent');
    await listeners.empty();
  });

  it('end together when the caller leaves', async () => {
    const port = await listeners.tcp((socket) => socket.resume());
    const caller = new AbortController();
    const measuring = measure(port, caller.signal);
    await clock.waiting(1_500);
    caller.abort();
    const { main, control, second } = await measuring;
    expect([classifyTls(main).code, classifyTls(control).code, second]).toEqual(['cancelled', 'cancelled', undefined]);
    await listeners.empty();
    expect(clock.timers).toBe(0);
  });
});
