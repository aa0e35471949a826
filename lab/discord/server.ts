import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface LabServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  handle(message: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Told what a handler threw: a fault of the double, answered with 500. */
  onError(error: unknown): void;
}

/** Listens until it is stopped. */
export async function listen(options: ServerOptions): Promise<LabServer> {
  const server = createServer((message, response) => {
    options.handle(message, response).catch((error: unknown) => {
      options.onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('upgrade', (message, socket, head) => options.upgrade(message, socket, head));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
