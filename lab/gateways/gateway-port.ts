/** 15443: looks at the first bytes of a connection, and passes it on by the name and the protocols that are asked for (recorded: golden/gateway). */
import type { Socket } from 'node:net';
import type { Clock } from '../../src/core/clock.ts';
import type { ShownChain } from './chains.ts';
import { readFirstBytes } from './client-hello.ts';
import { type Counters, LISTENER } from './counters.ts';
import type { Destination, Destinations } from './destinations.ts';
import type { Behind, Sidecar } from './sidecar.ts';

/** What the port does with connections. `plaintext` and `ownTls`: it is not the port of the gateway at all. */
export type GatewayMode = 'serving' | 'frozen' | 'plaintext' | 'ownTls';

/** How a gateway and what stands behind it behave. */
export interface GatewayKnobs {
  mode: GatewayMode;
  /** What the readiness port says. */
  readiness: 'live' | 'draining';
  /** What stands behind it, for every service. */
  behind: Behind;
  /** The certificates that sidecars show. */
  chain: ShownChain;
}

export function healthyKnobs(): GatewayKnobs {
  return { mode: 'serving', readiness: 'live', behind: 'sidecar', chain: 'mesh' };
}

export interface GatewayPortOptions {
  readonly clock: Clock;
  readonly knobs: GatewayKnobs;
  readonly counters: Counters;
  readonly destinations: Destinations;
  /** What stands at the place of a service. */
  readonly sidecarOf: (host: string) => Sidecar;
  /** Another server that may be there by mistake. */
  readonly stranger: Sidecar;
}

/** The protocols of Istio's own clients: the filter chains of an east-west gateway match these alone. */
const ISTIO_PROTOCOLS = new Set(['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2']);
/** `listener_filters_timeout`: who says nothing is waited for so long. */
const PATIENCE_MS = 15_000;
/** The kernel gives up on an address that nobody has. */
const NO_NEIGHBOUR_MS = 3_000;
/** `connect_timeout` of every cluster. */
const CONNECT_MS = 10_000;

/** Serves one connection after the other. */
export function createGatewayPort(options: GatewayPortOptions): (socket: Socket) => void {
  const { knobs, counters, stranger } = options;
  return (socket) => {
    counters.add(`${LISTENER}.downstream_cx_total`);
    counters.add(`${LISTENER}.downstream_cx_active`);
    socket.once('close', () => {
      counters.add(`${LISTENER}.downstream_cx_active`, -1);
      counters.add(`${LISTENER}.downstream_cx_destroy`);
    });
    if (knobs.mode === 'plaintext') stranger.servePlaintext(socket);
    else if (knobs.mode === 'ownTls') stranger.serveOwnTls(socket);
    // The kernel takes connections and bytes for a process that stands still.
    else if (knobs.mode === 'serving') inspect(socket, options);
  };
}

function inspect(socket: Socket, options: GatewayPortOptions): void {
  const { clock, counters } = options;
  let seen = Buffer.alloc(0);
  const timer = clock.after(PATIENCE_MS, () => {
    counters.add(`${LISTENER}.downstream_pre_cx_timeout`);
    leave();
    // What was read and not passed on makes the end of a connection a reset.
    if (seen.length > 0) socket.resetAndDestroy();
    else socket.end();
  });
  const leave = (): void => {
    timer.stop();
    socket.off('data', look);
    socket.off('end', gone);
    socket.off('close', gone);
  };
  const gone = (): void => {
    leave();
    socket.destroy();
  };
  const look = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    const first = readFirstBytes(seen);
    if (first.kind === 'incomplete') return;
    leave();
    socket.pause();
    socket.unshift(seen);
    const destination = first.kind === 'hello' ? matched(first, options) : undefined;
    if (first.kind === 'notTls') counters.add('tls_inspector.tls_not_found');
    if (destination !== undefined) passOn(socket, destination, options);
    else {
      counters.add(`${LISTENER}.no_filter_chain_match`);
      socket.resetAndDestroy();
    }
  };
  socket.on('data', look);
  socket.on('end', gone);
  socket.on('close', gone);
}

/** The filter chain for a name and protocols; undefined: there is none. */
function matched(
  { name, protocols }: { readonly name: string | undefined; readonly protocols: readonly string[] },
  { counters, destinations }: GatewayPortOptions,
): Destination | undefined {
  counters.add('tls_inspector.tls_found');
  counters.add(name === undefined ? 'tls_inspector.sni_not_found' : 'tls_inspector.sni_found');
  counters.add(protocols.length === 0 ? 'tls_inspector.alpn_not_found' : 'tls_inspector.alpn_found');
  return name !== undefined && protocols.some((one) => ISTIO_PROTOCOLS.has(one)) ? destinations.find(name) : undefined;
}

function passOn(socket: Socket, { cluster, host, endpoints }: Destination, options: GatewayPortOptions): void {
  const { clock, knobs, counters } = options;
  const sidecar = options.sidecarOf(host);
  const count = (name: string): void => counters.add(`cluster.${cluster}.${name}`);
  if (endpoints.length === 0) {
    count('lb_healthy_panic');
    count('upstream_cx_none_healthy');
    socket.resetAndDestroy();
    return;
  }
  count('upstream_cx_total');
  const unreached = (): void => {
    count('upstream_cx_connect_fail');
    socket.resetAndDestroy();
  };
  const later = (ms: number): void => {
    const timer = clock.after(ms, unreached);
    socket.once('close', () => timer.stop());
  };
  switch (knobs.behind) {
    case 'sidecar':
      if (!sidecar.serve(socket, knobs.chain)) socket.resetAndDestroy();
      return;
    case 'refused':
      return unreached();
    case 'unreachable':
      return later(NO_NEIGHBOUR_MS);
    case 'vanished':
      return later(CONNECT_MS);
    case 'resets':
      socket.resetAndDestroy();
      return;
    case 'closes':
      socket.resume();
      socket.end();
      return;
    case 'plaintext':
      return sidecar.refuseInClear(socket);
    case 'ownTls':
      return sidecar.serveOwnTls(socket);
    case 'silent':
  }
}
