/** Where public traffic enters: an HTTP server that answers with what a service of another cluster says. */
import { createServer } from 'node:http';
import type { MeshClient } from './mesh-client.ts';
import { LabPort, LOOPBACK } from './port.ts';

export interface LabIngress {
  /** `host:port` on loopback. */
  readonly address: string;
  stop(): Promise<void>;
}

export interface IngressOptions {
  /** The cluster in which it stands. */
  readonly cluster: string;
  /** The service that answers. */
  readonly service: { readonly host: string; readonly port: number };
  readonly client: MeshClient;
}

/** `timeout` of a route that names none. */
const WITHIN_MS = 15_000;

/** Starts it. */
export async function startIngress({ cluster, service, client }: IngressOptions): Promise<LabIngress> {
  const server = createServer((request, response) => {
    void client.get({ from: cluster, ...service, path: request.url ?? '/', withinMs: WITHIN_MS }).then((answer) => {
      const { status, body } = 'error' in answer ? { status: 504, body: 'upstream request timeout' } : answer;
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', server: 'istio-envoy' });
      response.end(body);
    });
  });
  const port = new LabPort((socket) => server.emit('connection', socket));
  await port.turn(true);
  return { address: `${LOOPBACK}:${port.number}`, stop: () => port.turn(false) };
}
