/** `pods/portforward` over a WebSocket, as the JavaScript client speaks it: per port one data and one error channel, each opened by the port in two bytes. */
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Answer, ResourceCall } from './call.ts';
import { openEndpoint, podOf, requireNode, type Endpoints, type EndpointSource } from './endpoints.ts';
import { requireAllowed, type Authorizer } from './rbac.ts';
import { badRequest } from './status.ts';
import type { Storage } from './store.ts';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'portforward.k8s.io'];
/** The first byte of a frame that closes the channel in its second byte (v5). */
const CLOSE_CHANNEL = 255;

const upgrader = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => PROTOCOLS.find((protocol) => offered.has(protocol)) ?? false,
});

/** What a port-forward needs. */
export interface ForwardContext {
  readonly storage: Storage;
  readonly endpoints: Endpoints;
  readonly authorizer: Authorizer;
  readonly gitVersion: string;
}

function isWebSocket({ headers }: ResourceCall): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** A WebSocket begins as a GET; since 1.35 the right to `create` is asked for as well (kubernetes/kubernetes#134577). */
const CREATE_SINCE_MINOR = 35;

function needsCreate(gitVersion: string): boolean {
  const minor = /^v?1\.(?<minor>\d+)/.exec(gitVersion)?.groups?.['minor'];
  return minor === undefined || Number(minor) >= CREATE_SINCE_MINOR;
}

interface Forward {
  readonly port: number;
  readonly target: EndpointSource | undefined;
  readonly data: number;
  readonly error: number;
  readonly pod: string;
}

/** Forwards the ports in `?ports=` to the listeners that are registered for the pod; a port without one is told on its error channel. */
export function forwardPorts({ storage, endpoints, authorizer, gitVersion }: ForwardContext, call: ResourceCall): Answer {
  if (isWebSocket(call) && needsCreate(gitVersion)) {
    requireAllowed(authorizer, call.user, { ...call.target, verb: 'create', resource: call.target.resource.resource });
  }
  const pod = podOf(storage, call);
  const { namespace, name } = call.target;
  if (!endpoints.knows(namespace, name)) requireNode(pod);
  if (!isWebSocket(call)) throw badRequest('Upgrade request required');
  const ports = call.query.getAll('ports').flatMap((text) => text.split(',').map(Number));
  if (ports.length === 0) throw badRequest('query parameter "port" is required');
  const forwards = ports.map((port, index) => ({
    port,
    target: endpoints.find(namespace, name, port),
    data: index * 2,
    error: index * 2 + 1,
    pod: `${name}_${namespace}`,
  }));
  return {
    upgrade: (socket, head) => upgrader.handleUpgrade(call.message, socket, head, (client) => serve(client, forwards)),
  };
}

function serve(client: WebSocket, forwards: readonly Forward[]): void {
  const open = new Set(forwards);
  const done = (forward: Forward): void => {
    open.delete(forward);
    if (open.size === 0) client.close();
  };
  for (const forward of forwards) {
    const header = Buffer.alloc(2);
    header.writeUInt16LE(forward.port);
    client.send(Buffer.concat([Buffer.of(forward.data), header]));
    client.send(Buffer.concat([Buffer.of(forward.error), header]));
    pipe(client, forward, () => done(forward));
  }
}

/** Carries one port's bytes both ways; a failure to connect is told on the error channel. */
function pipe(client: WebSocket, { port, target, data, error, pod }: Forward, done: () => void): void {
  const refuse = (why: string): void => {
    const text = `error forwarding port ${port} to pod ${pod}: ${why}`;
    if (client.readyState === client.OPEN) client.send(Buffer.concat([Buffer.of(error), Buffer.from(text)]));
    done();
  };
  if (target === undefined) {
    refuse(`failed to connect to localhost:${port} inside namespace: dial tcp4 127.0.0.1:${port}: connect: connection refused`);
    return;
  }
  // Bytes that come before the listener is there wait in between.
  const inward = new PassThrough();
  client.on('message', (message: RawData) => {
    const frame = Buffer.isBuffer(message) ? message : Buffer.concat(Array.isArray(message) ? message : [Buffer.from(message)]);
    if (frame[0] === data) inward.write(frame.subarray(1));
    else if (frame[0] === CLOSE_CHANNEL && frame[1] === data) inward.end();
  });
  openEndpoint(target, 'forward').then(
    (opened) => {
      const socket = connect(opened);
      if (client.readyState !== client.OPEN) socket.destroy();
      inward.pipe(socket);
      socket.on('data', (chunk) => client.send(Buffer.concat([Buffer.of(data), chunk])));
      socket.on('error', (fault) => refuse(fault.message));
      socket.on('end', done);
      client.on('close', () => socket.destroy());
    },
    (fault: unknown) => refuse(String(fault)),
  );
}
