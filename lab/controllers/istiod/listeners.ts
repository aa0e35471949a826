/** The ports of one istiod pod: each begins to listen when somebody first comes that way. */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { EndpointTarget, LabCluster, Way } from '../../kubernetes/cluster.ts';

const HOST = '127.0.0.1';

/** The listeners of one pod. */
export interface Listeners {
  /** Offers a port; `make` is called once for each way on which somebody comes. */
  offer(port: number, make: (way: Way) => Server): void;
  /** How many listen. */
  readonly open: number;
  close(): void;
}

/** Without any yet. */
export function createListeners(api: LabCluster, namespace: string, pod: string): Listeners {
  const opened = new Map<string, Promise<EndpointTarget>>();
  const servers = new Set<Server>();
  const sockets = new Set<Socket>();
  let closed = false;

  function listen(server: Server): Promise<EndpointTarget> {
    if (closed) return Promise.reject(new Error('the pod is gone'));
    servers.add(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, HOST, () => resolve({ host: HOST, port: (server.address() as AddressInfo).port }));
    });
  }

  return {
    offer(port, make) {
      api.registerEndpoint(namespace, pod, port, (way) => {
        const key = `${port}/${way}`;
        const target = opened.get(key) ?? listen(make(way));
        opened.set(key, target);
        return target;
      });
    },
    get open() {
      return servers.size;
    },
    close() {
      closed = true;
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
