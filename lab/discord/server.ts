import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LabServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens on a port; a handler that throws is a fault of the double: status 500 and `onError`. */
export async function listen(
  handle: (message: IncomingMessage, response: ServerResponse) => Promise<void>,
  how: {
    readonly host: string;
    readonly port: number;
    upgrade(...args: [IncomingMessage, import('node:stream').Duplex, Buffer]): void;
    onError(error: unknown): void;
  },
): Promise<LabServer> {
  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      how.onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('upgrade', how.upgrade);
  server.listen(how.port, how.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
