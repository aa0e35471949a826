/** Servers on loopback that behave as a test says, and that know when the last connection to them is gone. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { CANARY, FOREIGN, LONG, ROOT, SIGNER } from '../mesh/probing/gateway-observations.ts';

export const HOST = '127.0.0.1';

export class Listeners {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #gone: (() => void)[] = [];

  /** The port of a server that treats each connection so. */
  tcp(serve: (socket: Socket) => void): Promise<number> {
    return this.#listen(createServer({ noDelay: true }, serve));
  }

  /** The port of a TLS server that says nothing by itself. */
  tls(options: TlsOptions): Promise<number> {
    const server = createTlsServer(options, (socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    });
    // Whom it refuses is told by what the client sees.
    server.on('tlsClientError', () => undefined);
    return this.#listen(server);
  }

  /** A port on which nobody listens any more. */
  async closedPort(): Promise<number> {
    const server = createServer();
    server.listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  async listen(server: Server): Promise<number> {
    return this.#listen(server);
  }

  /** Resolves when every connection that was taken is gone. */
  async empty(): Promise<void> {
    while (this.#sockets.size > 0) await new Promise<void>((resolve) => this.#gone.push(resolve));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.splice(0).map((server) => once(server.close(), 'close')));
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const tell of this.#gone.splice(0)) tell();
      });
    });
    server.listen(0, HOST);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}

const LEAF = SIGNER.issueLeaf({ spiffe: CANARY, ...LONG });
const WEB_LEAF = FOREIGN.issueLeaf({ commonName: 'www.example.org', dns: ['www.example.org'], ...LONG });

/** A sidecar: it shows its chain and demands a certificate. */
export const SIDECAR: TlsOptions = {
  cert: LEAF.certificatePem + SIGNER.chainPem + ROOT.certificatePem,
  key: LEAF.keyPem,
  ca: ROOT.certificatePem,
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2',
};

/** A web server: it shows its certificate and asks for none. */
export const WEB_SERVER: TlsOptions = { cert: WEB_LEAF.certificatePem, key: WEB_LEAF.keyPem };

export interface Passthrough {
  /** What it does not answer. */
  readonly ignores?: (hello: Buffer) => boolean;
}

/** An east-west gateway in front of a sidecar: a name that it does not know is reset. */
export function passthrough(sidecar: number, { ignores = () => false }: Passthrough = {}): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', (hello: Buffer) => {
      if (ignores(hello)) {
        socket.resume();
        return;
      }
      if (hello.includes('.none-')) {
        socket.resetAndDestroy();
        return;
      }
      const upstream = connect({ host: HOST, port: sidecar, noDelay: true });
      upstream.on('error', () => socket.destroy());
      upstream.write(hello);
      socket.pipe(upstream).pipe(socket);
    });
  };
}
