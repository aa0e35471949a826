/** A port of a pod on loopback, through the port-forward of the API server: what `kubectl port-forward` is. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import type { MeshMember } from '../../../lab/scene/member.ts';
import { textAt } from '../../../lab/kubernetes/object.ts';

export class LocalForward {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** To the first pod with that service account. */
  static async open({ api }: MeshMember, namespace: string, account: string, port: number): Promise<LocalForward> {
    const config = new KubeConfig();
    config.loadFromString(api.kubeconfig());
    const pod = api.store.list('Pod', namespace).find(({ spec }) => textAt(spec, 'serviceAccountName') === account);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      void new PortForward(config).portForward(namespace, pod?.metadata.name ?? '', [port], socket, null, socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LocalForward(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
