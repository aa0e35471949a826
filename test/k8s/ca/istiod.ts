/** What listens on 15012 of an istiod: a TLS server with a certificate from its intermediate. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { Authority } from '../../../lab/pki/authority.ts';

const DAY = 86_400_000;

export class FakeIstiod {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves a certificate of `signing`, its chain and its root. */
  static async start(signing: Authority): Promise<FakeIstiod> {
    const now = Date.now();
    const leaf = signing.issueLeaf({ dns: ['istiod.istio-system.svc'], notBefore: now - DAY, notAfter: now + DAY });
    const server = createServer({
      key: leaf.keyPem,
      cert: leaf.certificatePem + signing.chainPem + signing.rootPem,
      ALPNProtocols: ['h2'],
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeIstiod(server);
  }

  get target(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
