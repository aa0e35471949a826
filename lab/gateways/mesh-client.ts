/** Requests from one cluster to a service of the mesh, as its sidecars make them: straight where it is here, else through the gateway of another cluster. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { SocksClient } from 'socks';
import type { Clock, Timer } from '../../src/core/clock.ts';
import { goCertificates } from '../controllers/istiod/pem.ts';
import { verifyLikeGo } from '../controllers/istiod/verify.ts';
import type { Chains } from './chains.ts';
import type { Destination } from './destinations.ts';
import { peerChain } from './sidecar.ts';
import type { AppAnswer } from './workloads.ts';

export interface MeshCall {
  /** The cluster of the caller. */
  readonly from: string;
  /** A full name, such as `httpbin.sample-b.svc.cluster.local`, or as much of it as says which. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly withinMs: number;
}

/** `error`: nobody answered in time, or the name is not known. */
export type MeshAnswer = AppAnswer | { readonly error: string };

export interface MeshClient {
  get(call: MeshCall): Promise<MeshAnswer>;
}

/** One cluster as the client needs it. */
export interface Reachable {
  readonly cluster: string;
  readonly gateway: { readonly address: string; readonly port: number };
  readonly destinations: { list(): readonly Destination[] };
  /** What its workloads show when they call. */
  readonly chains: Chains;
  answer(host: string, path: string): Promise<AppAnswer> | AppAnswer;
}

export interface MeshClientOptions {
  readonly clusters: () => readonly Reachable[];
  readonly proxyOf: (cluster: string) => { readonly host: string; readonly port: number };
  readonly clock: Clock;
}

/** Words in which an Envoy tells what became of its connection. */
const FAILED = 'upstream connect error or disconnect/reset before headers. ';
const REFUSED = `${FAILED}retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused`;
const TERMINATED = `${FAILED}retried and the latest reset reason: connection termination`;
const UNTRUSTED = `${FAILED}retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end`;

export function createMeshClient({ clusters, proxyOf, clock }: MeshClientOptions): MeshClient {
  return {
    async get(call) {
      const target = choose(clusters(), call);
      if (target === undefined) return { error: `dial tcp: lookup ${call.host}: no such host` };
      const { place, destination, caller } = target;
      if (destination.endpoints.length === 0) return { status: 503, body: 'no healthy upstream' };
      if (place === caller) return place.answer(destination.host, call.path);
      const over = new AbortController();
      const late = Promise.withResolvers<MeshAnswer>();
      const timer: Timer = clock.after(call.withinMs, () => {
        late.resolve({ error: 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' });
        over.abort();
      });
      try {
        const proxy = proxyOf(call.from);
        return await Promise.race([late.promise, ask({ call, place, destination, caller, proxy, clock }, over.signal)]);
      } finally {
        timer.stop();
        over.abort();
      }
    },
  };
}

interface Target {
  readonly place: Reachable;
  readonly destination: Destination;
  readonly caller: Reachable;
}

/** Where a service is: here if it is here, else in the first cluster that has it. */
function choose(all: readonly Reachable[], { from, host, port }: MeshCall): Target | undefined {
  const caller = all.find(({ cluster }) => cluster === from);
  if (caller === undefined) return undefined;
  const here = (one: Destination): boolean => (one.host === host || one.host.startsWith(`${host}.`)) && one.port === port;
  const found = [caller, ...all.filter((one) => one !== caller)].flatMap((place) =>
    place.destinations
      .list()
      .filter(here)
      .map((destination) => ({ place, destination, caller })),
  );
  return found.find(({ destination }) => destination.endpoints.length > 0) ?? found[0];
}

interface Asking extends Target {
  readonly call: MeshCall;
  readonly proxy: { readonly host: string; readonly port: number };
  readonly clock: Clock;
}

async function ask(asking: Asking, signal: AbortSignal): Promise<MeshAnswer> {
  const { call, place, proxy } = asking;
  let socket: Socket;
  try {
    const { address, port } = place.gateway;
    const options = {
      command: 'connect',
      proxy: { ...proxy, type: 5 },
      destination: { host: address, port },
      timeout: call.withinMs * 2,
    } as const;
    ({ socket } = await SocksClient.createConnection(options));
  } catch {
    // The proxy has one word for every failure; refused is what an answer in time means.
    return { status: 503, body: REFUSED };
  }
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  if (signal.aborted) socket.destroy();
  socket.on('error', () => undefined);
  const tls = secure(socket, asking);
  if (tls === undefined) return { status: 503, body: UNTRUSTED };
  try {
    const shaken = await handshake(tls);
    if (!shaken) return { status: 503, body: TERMINATED };
    if (!trusts(tls, asking)) return { status: 503, body: UNTRUSTED };
    return await send(tls, call);
  } catch {
    // However the connection ended, a proxy has one status for it.
    return { status: 503, body: TERMINATED };
  } finally {
    tls.destroy();
  }
}

function secure(socket: Socket, { caller, destination }: Asking): TLSSocket | undefined {
  const own = caller.chains('mesh');
  if (own === undefined) return undefined;
  return connect({
    socket,
    servername: destination.cluster,
    ALPNProtocols: ['istio-peer-exchange', 'istio'],
    cert: own.chain.join(''),
    key: own.keyPem,
    // Judged by `trusts`, on the lab's clock and against the mesh's roots.
    rejectUnauthorized: false,
  });
}

function handshake(tls: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    tls.once('secureConnect', () => resolve(true));
    tls.on('error', () => resolve(false));
    tls.once('close', () => resolve(false));
  });
}

function trusts(tls: TLSSocket, { caller, clock }: Asking): boolean {
  const [leaf, ...intermediates] = peerChain(tls);
  const roots = goCertificates(caller.chains('mesh')?.roots ?? '').map(({ certificate }) => certificate);
  return leaf !== undefined && verifyLikeGo(leaf, { roots, intermediates, now: clock.now() }) === undefined;
}

function send(tls: TLSSocket, { host, port, path }: MeshCall): Promise<AppAnswer> {
  return new Promise((resolve, reject) => {
    const outward = request({ createConnection: () => tls, path, headers: { host: `${host}:${port}` } });
    outward.on('response', (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 502, body }), reject);
    });
    outward.on('error', reject);
    outward.end();
  });
}
