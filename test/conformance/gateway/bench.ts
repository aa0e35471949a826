/** One gateway of the lab with a clock that is moved by hand, and what a real client of Node sees of it. */
import { once } from 'node:events';
import { connect as connectTcp, type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { type LabGateway, startGateway } from '../../../lab/gateways/gateway.ts';
import { buildMesh, type LabMesh } from '../../../lab/scene/mesh.ts';
import { createHandClock, type HandClock } from '../../core/hand-clock.ts';
import { createStillClock } from '../../lab/still-clock.ts';
import type { RecordedClient } from './recording.ts';

export interface Bench {
  readonly mesh: LabMesh;
  readonly gateway: LabGateway;
  readonly clock: HandClock;
  stop(): Promise<void>;
}

/** The gateway of cluster-b, behind which the service of the recordings runs. */
export async function startBench(): Promise<Bench> {
  const mesh = await buildMesh({ clock: createStillClock(), probed: true });
  const clock = createHandClock(mesh.clock.now());
  const nobody = { get: async () => ({ error: 'the bench has no tailnet' }) };
  const gateway = await startGateway({ member: mesh.member('cluster-b'), root: mesh.root, clock, client: () => nobody });
  await gateway.settled();
  return {
    mesh,
    gateway,
    clock,
    async stop() {
      await gateway.stop();
      await mesh.stop();
    },
  };
}

/** What a client saw: each event in a word, and the certificates as they were sent. */
export interface SeenByClient {
  readonly events: string[];
  sent: readonly string[];
  /** True once the connection is closed. */
  over: boolean;
  /** Ends it as a probe does whose deadline is over. */
  giveUp(): void;
}

/** Connects as the recorded client did. */
export function observe(client: RecordedClient, port: number, now: number): SeenByClient {
  return client.tool === 'node net.connect' ? observeTcp(client, port) : observeTls(client, port, now);
}

function observeTcp({ payload }: RecordedClient, port: number): SeenByClient {
  const socket = connectTcp({ host: '127.0.0.1', port });
  const seen = follow(socket);
  socket.on('connect', () => {
    if (typeof payload !== 'string') return;
    socket.write(payload, 'latin1');
    seen.events.push('sent');
  });
  socket.resume();
  return seen;
}

function observeTls(client: RecordedClient, port: number, now: number): SeenByClient {
  const { servername, ALPNProtocols, minVersion, maxVersion, ecdhCurve, rejectUnauthorized } = client;
  const socket = connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: rejectUnauthorized ?? true,
    checkServerIdentity: () => undefined,
    ...(servername === undefined ? {} : { servername }),
    ...(ALPNProtocols === undefined ? {} : { ALPNProtocols: [...ALPNProtocols] }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ecdhCurve === undefined ? {} : { ecdhCurve }),
  });
  const seen = follow(socket);
  socket.on('secureConnect', () => {
    seen.events.push('secureConnect');
    seen.sent = sentBy(socket, now);
  });
  socket.prependListener('error', () => {
    if (seen.sent.length === 0) seen.sent = sentBy(socket, now);
  });
  socket.on('session', () => {
    if (seen.events.at(-1) !== 'session') seen.events.push('session');
  });
  socket.resume();
  return seen;
}

function follow(socket: Socket): SeenByClient {
  const seen: SeenByClient = { events: [], sent: [], over: false, giveUp: () => socket.destroy() };
  socket.on('connect', () => seen.events.push('connect'));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const alert = /SSL alert number (?<number>\d+)/.exec(error.message)?.groups?.['number'];
    seen.events.push(alert === undefined ? `error ${error.code}` : `alert ${alert}`);
  });
  socket.on('end', () => seen.events.push('end'));
  socket.on('close', (hadError) => {
    seen.events.push(`close ${hadError}`);
    seen.over = true;
  });
  return seen;
}

/** Works once for a connection. */
function sentBy(socket: TLSSocket, now: number): readonly string[] {
  const names: string[] = [];
  for (let one = socket.getPeerX509Certificate(); one !== undefined; one = one.issuerCertificate) names.push(nameOf(one, now));
  return names;
}

/** What a certificate of the lab is, in the words that {@link certificateNames} has for those of the recordings. */
function nameOf({ subject, issuer, validFrom, validTo, subjectAltName }: X509Certificate, now: number): string {
  const life = Date.parse(validTo) < now ? ', expired' : Date.parse(validFrom) > now ? ', not yet valid' : '';
  if (subjectAltName?.startsWith('URI:spiffe://') === true) return `leaf${life}`;
  if (subject === 'CN=web.example') return 'web';
  if (subject === issuer) return subject === 'CN=istio-root' ? 'root' : 'foreign root';
  return issuer === 'CN=istio-root' ? `intermediate${life}` : 'foreign intermediate';
}

/** A server that belongs to nobody of the lab: whoever has its answer knows that everything before it was dealt with. */
export async function startEcho(): Promise<{ readonly port: number; readonly server: Server; stop(): Promise<void> }> {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** One round trip on loopback. */
export async function roundTrip(port: number): Promise<void> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.end('x');
  socket.resume();
  await once(socket, 'close');
}
