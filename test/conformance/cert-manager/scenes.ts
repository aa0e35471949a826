/** What stood in the cluster before a recording began, and how its cert-manager was set up. */
import type { Settings } from '../../../lab/controllers/cert-manager/world.ts';
import type { KubeObject } from '../../../lab/kubernetes/object.ts';
import { createAuthority } from '../../../lab/pki/authority.ts';
import { secretData } from '../../../lab/scene/text.ts';
import type { RecordingName } from './recording.ts';

const YEAR_MS = 365 * 86_400_000;

/** What a recording begins with. */
export interface Scene {
  readonly settings?: Partial<Settings>;
  /** The tracks that are compared, where the recorder kept only a part of the states. */
  readonly tracks?: RegExp;
  /** `now`: UTC milliseconds. */
  objects(now: number): KubeObject[];
}

function issuer(kind: 'Issuer' | 'ClusterIssuer', namespace: string | undefined, name: string, spec: object): KubeObject {
  return { apiVersion: 'cert-manager.io/v1', kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec };
}

/** An issuer `ca` with its Secret. */
function authority(namespace: string, name: string, now: number, cluster = false): KubeObject[] {
  const commonName = { ca: 'rec-root', ca2: 'rec-root-2' }[name] ?? name.replace('-ca', '-root');
  const root = createAuthority({ commonName, notBefore: now, notAfter: now + 10 * YEAR_MS });
  const secretName = `root-of-${name}`;
  const data = secretData({ 'ca.crt': root.certificatePem, 'tls.crt': root.certificatePem, 'tls.key': root.keyPem });
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: secretName }, data, type: 'kubernetes.io/tls' },
    issuer(cluster ? 'ClusterIssuer' : 'Issuer', cluster ? undefined : namespace, name, { ca: { secretName } }),
  ];
}

/** A root that is issued again. */
function reissuedRoot(): KubeObject[] {
  const name = 'rec-rr-root';
  const issuerRef = { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'rec-rr-selfsigned' };
  const privateKey = { algorithm: 'ECDSA', rotationPolicy: 'Never', size: 256 };
  const spec = { commonName: name, duration: '87600h', isCA: true, issuerRef, privateKey, secretName: name };
  return [
    issuer('ClusterIssuer', undefined, 'rec-rr-selfsigned', { selfSigned: {} }),
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { namespace: 'cert-manager', name }, spec },
    issuer('ClusterIssuer', undefined, 'rec-rr-ca', { ca: { secretName: name } }),
  ];
}

/** By recording; the others begin with nothing. */
export const SCENES: Partial<Record<RecordingName, Scene>> = {
  'backoff-timing': { settings: { approver: false, minimumBackoffMs: 15_000 }, objects: (now) => authority('rec-cm-backoff2', 'ca', now) },
  'chain-of-intermediates': { objects: (now) => authority('rec-cm-chain', 'ca', now) },
  'denied-and-backoff': {
    settings: { approver: false, minimumBackoffMs: 20_000 },
    objects: (now) => authority('rec-cm-backoff', 'ca', now),
  },
  'forced-renewal': { objects: (now) => authority('cert-manager', 'rec-fr-ca', now, true) },
  'key-variants': { tracks: /^(?:Secret|next key of|CertificateRequest) /, objects: (now) => authority('rec-cm-keys', 'ca', now) },
  'odd-specs': { objects: (now) => authority('rec-cm-odd', 'ca', now) },
  'one-secret-two-certificates': { objects: (now) => authority('rec-cm-two', 'ca', now) },
  'renewal-by-time': { objects: (now) => authority('rec-cm-time', 'ca', now) },
  'root-reissue': { objects: reissuedRoot },
  'secret-lost-or-damaged': { objects: (now) => authority('cert-manager', 'rec-sd-ca', now, true) },
  'spec-changes': {
    objects: (now) => [
      ...authority('rec-cm-change', 'ca', now),
      ...authority('rec-cm-change', 'ca2', now),
      issuer('Issuer', 'rec-cm-change', 'selfsigned', { selfSigned: {} }),
    ],
  },
};
