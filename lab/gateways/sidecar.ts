/** What answers behind a gateway: a sidecar that wants a certificate of the mesh, or one of the things that stand there instead. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../../src/core/clock.ts';
import { readCertificate, type Certificate } from '../../src/pki/certificate.ts';
import { goCertificates } from '../controllers/istiod/pem.ts';
import { verifyLikeGo } from '../controllers/istiod/verify.ts';
import { createAuthority, type Issued } from '../pki/authority.ts';
import type { Chains, Shown, ShownChain } from './chains.ts';

/** What is at the place of the workload. `refused`, `unreachable` and `vanished` are about the way there from the gateway. */
export type Behind = 'sidecar' | 'refused' | 'unreachable' | 'vanished' | 'resets' | 'closes' | 'silent' | 'plaintext' | 'ownTls';

export interface SidecarOptions {
  readonly clock: Clock;
  readonly chains: Chains;
  /** What the workload answers to requests that came with a certificate of the mesh. */
  readonly answer: RequestListener;
}

/** Those that Envoy 1.40 offers for TLS 1.3 (recorded: a client with P-384 alone shares none). */
const GROUPS = 'X25519MLKEM768:X25519:P-256';
/** The same where OpenSSL is older than 3.5, as in Node 22. */
const CLASSIC_GROUPS = 'X25519:P-256';
const LONGEST_CHAIN = 10;
const DAY_MS = 86_400_000;
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

/** One workload. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #http: Server;
  readonly #contexts = new WeakMap<Shown, SecureContext>();
  #web: { readonly certificate: Issued; readonly context: SecureContext } | undefined;

  constructor(options: SidecarOptions) {
    this.#options = options;
    this.#http = createServer(options.answer);
  }

  /** Ends the TLS of a connection with a chain of this kind and serves what comes with a good certificate; false: it has no certificate to show. */
  serve(socket: Socket, chain: ShownChain): boolean {
    const shown = this.#options.chains(chain);
    if (shown === undefined) return false;
    const secureContext = this.#contexts.get(shown) ?? contextOf(shown);
    this.#contexts.set(shown, secureContext);
    // Both flags: OpenSSL then asks for a certificate and refuses a client without one, as Envoy does. Who shows one is judged below, on the lab's clock.
    const tls = new TLSSocket(socket, { isServer: true, requestCert: true, rejectUnauthorized: true, secureContext });
    tls.on('error', () => socket.destroy());
    tls.once('secure', () => {
      if (this.#accepts(tls, shown)) this.#http.emit('connection', tls);
      else tls.destroy();
    });
    return true;
  }

  /** Ends the TLS of a connection with a certificate of its own, for anybody. */
  serveOwnTls(socket: Socket): void {
    const tls = new TLSSocket(socket, { isServer: true, secureContext: this.#ownContext() });
    tls.on('error', () => socket.destroy());
  }

  /** Speaks HTTP in clear, and this is no HTTP. */
  refuseInClear(socket: Socket): void {
    socket.resume();
    socket.end(BAD_REQUEST);
  }

  /** Speaks HTTP in clear, with a connection of which nothing was read yet. */
  servePlaintext(socket: Socket): void {
    this.#http.emit('connection', socket);
  }

  #accepts(tls: TLSSocket, { roots }: Shown): boolean {
    const [leaf, ...intermediates] = peerChain(tls);
    const pools = { roots: goCertificates(roots).map(({ certificate }) => certificate), intermediates, now: this.#options.clock.now() };
    return leaf !== undefined && verifyLikeGo(leaf, pools) === undefined;
  }

  #ownContext(): SecureContext {
    this.#web ??= ownServer(this.#options.clock.now());
    return this.#web.context;
  }
}

/** The certificates that the other end sent, its own first. The call works once for a connection. */
export function peerChain(tls: TLSSocket): readonly Certificate[] {
  const chain: Certificate[] = [];
  for (let one = tls.getPeerX509Certificate(); one !== undefined && chain.length < LONGEST_CHAIN; one = one.issuerCertificate) {
    const read = readCertificate(one.raw);
    if (!read.ok || chain.some(({ fingerprint }) => fingerprint === read.value.fingerprint)) break;
    chain.push(read.value);
  }
  return chain;
}

function usableGroups(): string {
  try {
    createSecureContext({ ecdhCurve: GROUPS });
    return GROUPS;
  } catch {
    // It does not know the first of them, and refuses the whole list.
    return CLASSIC_GROUPS;
  }
}

function contextOf({ chain, keyPem, roots }: Shown): SecureContext {
  // OpenSSL would put a known root behind a leaf that comes alone.
  const ca = chain.length === 1 ? [] : roots;
  return createSecureContext({ cert: chain.join(''), key: keyPem, ca, minVersion: 'TLSv1.2', ecdhCurve: usableGroups() });
}

function ownServer(now: number): { certificate: Issued; context: SecureContext } {
  const certificate = createAuthority({ commonName: 'web.example', notBefore: now - DAY_MS, notAfter: now + 365 * DAY_MS });
  return { certificate, context: createSecureContext({ cert: certificate.certificatePem, key: certificate.keyPem }) };
}
