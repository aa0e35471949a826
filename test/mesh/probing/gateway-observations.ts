/** Observations of probes, short to write: what happened after connecting in 20 ms. */
import { type Authority, createAuthority } from '../../../lab/pki/authority.ts';
import type { ConnectFailureKind, TlsEvent, TlsObservation } from '../../../src/mesh/probing/gateway-observation.ts';
import { type Certificate, readCertificates } from '../../../src/pki/certificate.ts';

export const NOW = Date.UTC(2026, 10, 24, 3);
export const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function life(from: number, to: number): { readonly notBefore: number; readonly notAfter: number } {
  return { notBefore: NOW + from, notAfter: NOW + to };
}

export const LONG = life(-30 * DAY, 300 * DAY);
export const ROOT = createAuthority({ commonName: 'istio-root', ...LONG });
export const SIGNER = ROOT.issueIntermediate({ commonName: 'istio-ica-b', ...LONG });
export const FOREIGN = createAuthority({ commonName: 'other-root', ...LONG });
export const CANARY = 'spiffe://cluster.local/ns/mesh-canary/sa/mesh-canary';

export function certificates(...pems: readonly string[]): readonly Certificate[] {
  return readCertificates(pems.join('')).certificates;
}

/** What a workload of this signer sends: leaf, intermediates, root. */
export function chainOf(
  signer: Authority,
  leaf: { readonly spiffe?: string; readonly commonName?: string } = { spiffe: CANARY },
  when = LONG,
): readonly Certificate[] {
  return certificates(signer.issueLeaf({ ...leaf, ...when }).certificatePem, signer.chainPem, signer.rootPem);
}

export const CHAIN = chainOf(SIGNER);
export const WEB = chainOf(FOREIGN.issueIntermediate({ commonName: 'web-ca', ...LONG }), { commonName: 'www.example.org' });

const ALERT_TEXT =
  '403D6D32FD7E0000:error:0A00045C:SSL routines:ssl3_read_bytes:some alert:../deps/openssl/rec_layer_s3.c:918:SSL alert number ';

export function alert(number: number, at = 60): TlsEvent {
  return { at, event: 'error', code: 'ERR_SSL_WHATEVER_THIS_NODE_CALLS_IT', message: `${ALERT_TEXT}${number}` };
}

export function cut(at: number): TlsEvent {
  return { at, event: 'error', code: 'ECONNRESET', message: 'read ECONNRESET' };
}

export function deadline(at = 3_020): TlsEvent {
  return { at, event: 'deadline' };
}

export const SECURE: TlsEvent = { at: 45, event: 'secureConnect' };

export function observed(events: readonly TlsEvent[], change: Partial<TlsObservation> = {}): TlsObservation {
  return {
    servername: 'outbound_.8080_._.mesh-canary-b.mesh-canary.svc.cluster.local',
    clientCertificate: false,
    connect: { ok: true, tookMs: 20 },
    events: [{ at: 20, event: 'connect' }, ...events],
    protocol: 'TLSv1.3',
    certificates: [],
    received: 0,
    ...change,
  };
}

export const HEALTHY = observed([SECURE, alert(116), { at: 61, event: 'end' }, { at: 62, event: 'close', hadError: false }], {
  certificates: CHAIN,
  received: 2_745,
});
export const RESET = observed([cut(41), { at: 41, event: 'close', hadError: true }]);
export const SILENT = observed([deadline()]);

export function notConnected(kind: ConnectFailureKind, detail = 'no answer'): TlsObservation {
  return observed([], {
    connect: { ok: false, failure: { kind, tookMs: 2_000, withinMs: 2_000, detail } },
    events: [],
    protocol: undefined,
    received: undefined,
  });
}
