/** A client of istiod's TLS ports, through the API server's port-forward: TLS as it is served, and signing over gRPC. */
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { connect as connectHttp2 } from 'node:http2';
import { Duplex, PassThrough } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { LabCluster } from '../../../lab/kubernetes/cluster.ts';
import { frame, unframe } from '../../../lab/controllers/istiod/protobuf.ts';
import { NAMESPACE } from './places.ts';

/** A client certificate with its key, or none. */
export interface ClientCredentials {
  readonly cert?: string;
  readonly key?: string;
}

/** An open TLS connection to a pod's port. Rejects when the handshake fails. */
export async function openTls(api: LabCluster, pod: string, port: number, credentials: ClientCredentials = {}): Promise<TLSSocket> {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const [output, input] = [new PassThrough(), new PassThrough()];
  const tunnel = await new PortForward(config).portForward(NAMESPACE, pod, [port], output, null, input);
  const socket = Duplex.from({ readable: output, writable: input });
  const tls = connect({ socket, rejectUnauthorized: false, servername: 'istiod.istio-system.svc', ALPNProtocols: ['h2'], ...credentials });
  if ('on' in tunnel) {
    tls.on('close', () => tunnel.close());
    // The client library leaves its streams open when the server closes.
    tunnel.on('close', () => socket.destroy(new Error('the connection was closed')));
  }
  await new Promise((resolve, reject) => {
    tls.once('secureConnect', resolve);
    tls.once('error', reject);
  });
  return tls;
}

/** The certificates that a pod's port shows, as it sends them. */
export async function servedChain(api: LabCluster, pod: string, port = 15_012): Promise<string[]> {
  const tls = await openTls(api, pod, port);
  const chain: string[] = [];
  for (let one: X509Certificate | undefined = tls.getPeerX509Certificate(); one !== undefined; one = one.issuerCertificate) {
    const text = one.toString();
    // A self-signed certificate may name itself as its issuer.
    if (chain.length > 8) break;
    chain.push(text);
  }
  tls.destroy();
  return chain;
}

/** A request to sign, and who asks. */
export interface SigningCall extends ClientCredentials {
  readonly csr: string;
  readonly validity?: number;
  readonly token?: string;
  readonly clusterId?: string;
  readonly impersonate?: boolean;
}

/** The answer: the elements of cert_chain, or gRPC's code and message. */
export type SigningAnswer = { readonly chain: readonly string[] } | { readonly code: number; readonly message: string };

/** Calls CreateCertificate. Rejects when there is no connection. */
export async function callSigning(api: LabCluster, pod: string, call: SigningCall): Promise<SigningAnswer> {
  const { csr, validity = 86_400, token, clusterId, impersonate = false, cert, key } = call;
  const tls = await openTls(api, pod, 15_012, cert === undefined || key === undefined ? {} : { cert, key });
  const session = connectHttp2('https://istiod.istio-system.svc:15012', { createConnection: () => tls });
  try {
    return await new Promise<SigningAnswer>((resolve, reject) => {
      session.on('error', reject);
      session.on('close', () => reject(new Error('the connection was closed')));
      const stream = session.request({
        ':method': 'POST',
        ':path': '/istio.v1.auth.IstioCertificateService/CreateCertificate',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(clusterId === undefined ? {} : { clusterid: clusterId }),
      });
      const chunks: Buffer[] = [];
      let status: Record<string, unknown> = {};
      stream.on('response', (headers) => (status = { ...status, ...headers }));
      stream.on('trailers', (headers) => (status = { ...status, ...headers }));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => resolve(answerOf(status, Buffer.concat(chunks))));
      stream.end(frame(printRequest(csr, validity, impersonate)));
    });
  } finally {
    session.destroy();
    tls.destroy();
  }
}

function answerOf(status: Record<string, unknown>, body: Buffer): SigningAnswer {
  const code = Number(status['grpc-status'] ?? 0);
  if (code !== 0) return { code, message: decodeURIComponent(String(status['grpc-message'])) };
  const message = unframe(body);
  const chain: string[] = [];
  let at = 0;
  while (at < message.length) {
    const length = readVarint(message, at + 1);
    chain.push(message.subarray(length.next, length.next + length.value).toString());
    at = length.next + length.value;
  }
  return { chain };
}

function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = at, factor = 1; ; index += 1, factor *= 128) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: index + 1 };
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  while (left >= 0x80n) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  return Buffer.from([...bytes, Number(left)]);
}

/** csr is field 1, validity_duration 3, metadata 4 (a Struct). */
function printRequest(csr: string, validity: number, impersonate: boolean): Buffer {
  const text = (tag: number, bytes: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), varint(BigInt(bytes.length)), bytes]);
  const entry = text(0x0a, Buffer.concat([text(0x0a, Buffer.from('ImpersonatedIdentity')), text(0x12, text(0x1a, Buffer.from('x')))]));
  return Buffer.concat([
    text(0x0a, Buffer.from(csr)),
    ...(validity === 0 ? [] : [Buffer.from([0x18]), varint(BigInt(validity))]),
    ...(impersonate ? [text(0x22, entry)] : []),
  ]);
}
