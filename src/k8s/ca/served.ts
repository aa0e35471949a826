import { connect, type TLSSocket } from 'node:tls';
import { withDeadline } from '../../core/abort.ts';
import { SECOND } from '../../core/duration.ts';
import { OperatorError } from '../../core/errors.ts';
import { readCertificate, type Certificate } from '../../pki/certificate.ts';
import type { ServedChain } from '../../rotation/model.ts';
import type { ClusterClient } from '../client.ts';
import { forwardPort } from '../port-forward.ts';
import type { StepContext } from './context.ts';
import { ISTIOD_PORT } from './names.ts';

/** For connection and handshake together. */
const DEADLINE_MS = 10 * SECOND;
/** No honest chain is longer. */
const MOST_CERTIFICATES = 10;

/**
 * The certificates that an istiod presents on 15012, as sent. Nothing is verified here: who asks judges them.
 * @throws OperatorError where the pod cannot be reached, or what listens there does not speak TLS.
 */
export async function readServedChain(
  pod: string,
  context: Pick<StepContext, 'istioNamespace' | 'clock' | 'signal'> & { readonly client: ClusterClient },
): Promise<ServedChain> {
  const { client, istioNamespace: namespace, clock, signal } = context;
  const what = `Cannot see what istiod ${pod} serves (cluster ${client.cluster})`;
  return withDeadline(
    clock,
    DEADLINE_MS,
    what,
    async (inner) => {
      const stream = await forwardPort(client, { namespace, pod, port: ISTIOD_PORT }, { signal: inner, clock });
      inner.addEventListener('abort', () => stream.destroy(), { once: true });
      const socket = connect({
        socket: stream,
        servername: `istiod.${namespace}.svc`,
        rejectUnauthorized: false,
        ALPNProtocols: ['h2'],
        minVersion: 'TLSv1.2',
      });
      try {
        return { certificates: await chainOf(socket, pod, client) };
      } finally {
        socket.destroy();
        stream.destroy();
      }
    },
    signal,
  );
}

function chainOf(socket: TLSSocket, pod: string, client: ClusterClient): Promise<readonly Certificate[]> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(
        cause instanceof OperatorError
          ? cause
          : new OperatorError({
              reason: 'tls',
              what: `Cannot see what istiod ${pod} serves`,
              where: `cluster ${client.cluster}, port ${ISTIOD_PORT}`,
              why,
              next: 'Look at the log of this istiod: has it a certificate to serve with?',
            }),
      );
    socket.once('error', (error: Error & { readonly code?: string }) => fail(`TLS failed (${error.code ?? error.name})`, error));
    socket.once('close', () => fail('the connection was closed before the handshake was over'));
    socket.once('secureConnect', () => {
      const certificates = sentChain(socket);
      if (certificates.length === 0) fail('it presents no certificate that can be read');
      else resolve(certificates);
    });
  });
}

/** The certificates as the peer sent them. This call works once for a connection and empties the other one (measured with Node 24). */
function sentChain(socket: TLSSocket): readonly Certificate[] {
  const chain: Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < MOST_CERTIFICATES) {
    const read = readCertificate(next.raw);
    if (read.ok) chain.push(read.value);
    next = next.issuerCertificate;
  }
  return chain;
}
