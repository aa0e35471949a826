/** The secure gRPC port: TLS with istiod's own certificate, client certificates where a client has one, and the signing of requests. */
import { createSecureServer, type Http2SecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { readCertificate, type Certificate } from '../../../src/pki/certificate.ts';
import type { Issued } from '../../pki/authority.ts';
import { frame, printResponse, readRequest, type SigningRequest, unframe } from './protobuf.ts';
import { verifyLikeGo } from './verify.ts';

/** Somebody who asks for a certificate. */
export interface Caller {
  readonly authorization: string | undefined;
  readonly clusterId: string;
  /** The SPIFFE identity of a verified client certificate. */
  readonly certificate: string | undefined;
  readonly address: string;
}

/** A gRPC answer: the elements of cert_chain, or a code and its text. */
export type CallResult = readonly string[] | { readonly code: number; readonly message: string };

/** What the server asks its istiod. */
export interface SecurePort {
  readonly serving: () => Issued;
  readonly clientRoots: readonly Certificate[];
  readonly now: () => number;
  sign(request: SigningRequest, caller: Caller): CallResult;
}

const PATH = '/istio.v1.auth.IstioCertificateService/CreateCertificate';
/** gRPC's code for a service or method that is not there. */
const UNIMPLEMENTED = 12;
const MALFORMED = 13;
const LONGEST_CHAIN = 10;

/** The server, not listening yet. Its certificate is changed with `setSecureContext`. */
export function createSecurePort(port: SecurePort): Http2SecureServer {
  const server = createSecureServer({ ...contextOf(port), requestCert: true, rejectUnauthorized: false });
  // Node gives a peer's certificate once: whose it is, is kept for as long as the connection lives.
  const callers = new Map<string, string>();
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const chain = chainOf(socket);
    if (!accepts(chain, port)) socket.destroy();
    const [spiffe] = chain[0]?.uriNames ?? [];
    const address = addressOf(socket);
    if (spiffe === undefined) return;
    callers.set(address, spiffe);
    socket.once('close', () => callers.delete(address));
  });
  // A client that speaks no HTTP/2 gets its TLS and nothing else, as from gRPC for Go.
  server.on('unknownProtocol', (socket: TLSSocket) => socket.destroy());
  // Connections that break are no news to a server.
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    const address = addressOf(stream.session?.socket);
    serve(stream, headers, port, { certificate: callers.get(address), address });
  });
  return server;
}

/** The certificate that is shown from now on, and the roots whose names clients are told. */
export function contextOf({ serving, clientRoots }: SecurePort): { key: string; cert: string; ca: string[] } {
  const { certificatePem, keyPem } = serving();
  // OpenSSL would put a known root behind a leaf that comes alone, which istiod does not.
  const alone = certificatePem.split('-----BEGIN ').length === 2;
  const ca = clientRoots.map(
    ({ der }) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
  );
  return { key: keyPem, cert: certificatePem, ca: alone ? [] : ca };
}

function addressOf(socket: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined } | undefined): string {
  return `${socket?.remoteAddress}:${socket?.remotePort}`;
}

/** What a client shows, its own certificate first. */
function chainOf(socket: TLSSocket): readonly Certificate[] {
  const chain: Certificate[] = [];
  for (let one = socket.getPeerX509Certificate(); one !== undefined && chain.length < LONGEST_CHAIN; one = one.issuerCertificate) {
    const read = readCertificate(one.raw);
    if (!read.ok || chain.some(({ fingerprint }) => fingerprint === read.value.fingerprint)) break;
    chain.push(read.value);
  }
  return chain;
}

/** A client that shows no certificate is fine; one that shows a certificate of foreign roots is not. */
function accepts([leaf, ...intermediates]: readonly Certificate[], { clientRoots, now }: SecurePort): boolean {
  return leaf === undefined || verifyLikeGo(leaf, { roots: clientRoots, intermediates, now: now() }) === undefined;
}

function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  port: SecurePort,
  client: Pick<Caller, 'certificate' | 'address'>,
): void {
  const chunks: Buffer[] = [];
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => answer(stream, resultOf(headers, Buffer.concat(chunks), port, client)));
}

function resultOf(
  headers: IncomingHttpHeaders,
  body: Buffer,
  port: SecurePort,
  client: Pick<Caller, 'certificate' | 'address'>,
): CallResult {
  const path = String(headers[':path']);
  if (path !== PATH) return { code: UNIMPLEMENTED, message: `unknown service ${path.split('/')[1] ?? ''}` };
  let request: SigningRequest;
  try {
    request = readRequest(unframe(body));
  } catch (error) {
    return { code: MALFORMED, message: `grpc: error unmarshalling request: ${String(error)}` };
  }
  const clusterId = headers['clusterid'];
  return port.sign(request, {
    ...client,
    authorization: headers.authorization,
    clusterId: typeof clusterId === 'string' ? clusterId : '',
  });
}

function answer(stream: ServerHttp2Stream, result: CallResult): void {
  if (stream.destroyed) return;
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if ('code' in result) {
    stream.respond({ ...head, 'grpc-status': String(result.code), 'grpc-message': encodeMessage(result.message) }, { endStream: true });
    return;
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frame(printResponse(result)));
}

/** Printable ASCII but for the per cent sign stays (gRPC over HTTP/2, Status-Message). */
function encodeMessage(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]/g, (one) => encodeURIComponent(one));
}
