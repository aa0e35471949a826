import { createHash } from 'node:crypto';
import type { AgentOptions } from 'node:https';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import { type Cluster, KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { Agent, buildConnector, type Dispatcher } from 'undici';

/** As many calls as one observation makes at once of the cluster that signs: with fewer, some of them would wait for others. */
export const MOST_CONNECTIONS = 12;
const KEEP_ALIVE_MS = 20_000;

/** Of a certificate, in UTC milliseconds. */
interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Pool {
  readonly calls: Dispatcher;
  /** A watch holds its connection for minutes, so watches have connections of their own: else a few of them would stop every call. */
  readonly watches: Dispatcher;
}

/**
 * A kubeconfig that keeps connections. The client's own makes a new pool for every call, which is a TLS handshake for every call.
 * Pools are told apart by what they were made from: a rotated CA or client certificate gets a new one.
 */
export class PooledKubeConfig extends KubeConfig {
  readonly #pools = new Map<string, Pool>();

  readonly #connections: number;

  #presented: Validity | undefined;

  /** @param connections how many are kept for calls at most; a call beyond waits for one. */
  constructor(connections = MOST_CONNECTIONS) {
    super();
    this.#connections = connections;
    // The method is private in the client's types alone; it is looked up on the object, so this is what every call of it reaches.
    Object.defineProperty(this, 'createDispatcher', {
      value: (cluster: Cluster | null, options: AgentOptions) => this.#dispatcher(cluster, options),
    });
  }

  /** What the server presented at the last handshake; undefined before the first, and through a proxy. */
  get presented(): Validity | undefined {
    return this.#presented;
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    if (!new URL(context.getUrl()).searchParams.has('watch')) return;
    const pool = [...this.#pools.values()].find(({ calls }) => calls === context.getDispatcher());
    if (pool !== undefined) context.setDispatcher(pool.watches);
  }

  /** Takes no more calls, and resolves when those that run have ended, or are cut by {@link close}. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#dispatchers().map((dispatcher) => dispatcher.close()));
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await Promise.all(this.#dispatchers().map((dispatcher) => dispatcher.destroy()));
  }

  #dispatchers(): readonly Dispatcher[] {
    return [...new Set([...this.#pools.values()].flatMap(({ calls, watches }) => [calls, watches]))];
  }

  #dispatcher(cluster: Cluster | null, options: AgentOptions): Dispatcher | undefined {
    const made = this.createDispatcherOptions(cluster, options);
    if (made.type === 'none') return undefined;
    const key = keyOf(cluster, options);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool =
        made.type === 'agent'
          ? agents(made.connect, this.#connections, (socket) => this.#note(socket))
          : this.#throughProxy(cluster, options);
      this.#pools.set(key, pool);
    }
    return pool.calls;
  }

  #note(socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return;
    this.#presented = { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
  }

  #throughProxy(cluster: Cluster | null, options: AgentOptions): Pool {
    const create = KubeConfig.prototype['createDispatcher'] as (cluster: Cluster | null, options: AgentOptions) => Dispatcher;
    const proxy = create.call(this, cluster, options);
    return { calls: proxy, watches: proxy };
  }
}

function agents(credentials: SecureContextOptions, connections: number, onHandshake: (socket: TLSSocket) => void): Pool {
  // Made once: parsing authority and keys anew for each connection costs more than the handshake itself.
  const open = buildConnector({ ...credentials, secureContext: createSecureContext(credentials) });
  const connect: buildConnector.connector = (options, callback) =>
    open(options, (...outcome) => {
      const [, socket] = outcome;
      if (socket instanceof TLSSocket) onHandshake(socket);
      callback(...outcome);
    });
  // Deadlines are ours; undici's own would cut a quiet watch.
  const common: Agent.Options = { connect, keepAliveTimeout: KEEP_ALIVE_MS, bodyTimeout: 0 };
  return { calls: new Agent({ ...common, connections }), watches: new Agent(common) };
}

function keyOf(cluster: Cluster | null, { ca, cert, key, servername }: AgentOptions): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([cluster?.server, cluster?.proxyUrl, ca, cert, key, servername]));
  return hash.digest('hex');
}
