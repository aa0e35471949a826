/** cert-manager 1.21.1 and what it keeps: objects of the shape that the real one left behind. */
import type { Issued } from '../pki/authority.ts';
import { kubeTime, type KubeObject } from '../kubernetes/object.ts';
import type { Life } from '../pki/sign.ts';
import { AUTHORITY_NAMESPACE, CERT_MANAGER_NAMESPACE } from './namespaces.ts';
import { secretData } from './text.ts';
import { deployment, pods, type Workload } from './workloads.ts';

/** Of its images, without the leading v. */
export const CERT_MANAGER_VERSION = '1.21.1';
/** Of the root Certificate, its Secret and its common name. */
export const ROOT_NAME = 'istio-root';
/** The ClusterIssuer that only the root comes from. */
export const SELF_SIGNED_ISSUER = 'istio-root-selfsigned';
/** The ClusterIssuer that signs intermediates with the root. */
export const CA_ISSUER = 'istio-root-ca';

const HOUR_MS = 3_600_000;
const PARTS = [
  { name: 'cert-manager', component: 'controller', container: 'cert-manager-controller' },
  { name: 'cert-manager-cainjector', component: 'cainjector', container: 'cert-manager-cainjector' },
  { name: 'cert-manager-webhook', component: 'webhook', container: 'cert-manager-webhook' },
] as const;

/** cert-manager's three Deployments and their pods. */
export function certManagerWorkloads(at: number, podNetwork: string): KubeObject[] {
  return PARTS.flatMap(({ name, component, container }) => {
    const selector = {
      'app.kubernetes.io/component': component,
      'app.kubernetes.io/instance': 'cert-manager',
      'app.kubernetes.io/name': component === 'controller' ? 'cert-manager' : component,
    };
    const workload: Workload = {
      namespace: CERT_MANAGER_NAMESPACE,
      name,
      labels: { app: selector['app.kubernetes.io/name'], ...selector, 'app.kubernetes.io/version': `v${CERT_MANAGER_VERSION}` },
      selector,
      container,
      image: `quay.io/jetstack/cert-manager-${component}:v${CERT_MANAGER_VERSION}`,
      podNetwork,
      at,
    };
    return [deployment(workload), ...pods(workload)];
  });
}

/** The ClusterIssuer that only the root comes from, Ready. */
export function selfSignedIssuer(at: number): KubeObject {
  const ready = { lastTransitionTime: kubeTime(at), observedGeneration: 1, reason: 'IsReady', status: 'True', type: 'Ready' };
  return issuer(SELF_SIGNED_ISSUER, { selfSigned: {} }, ready);
}

/** The ClusterIssuer that signs with the root, Ready. */
export function caIssuer(at: number): KubeObject {
  const ready = {
    lastTransitionTime: kubeTime(at),
    message: 'Signing CA verified',
    observedGeneration: 1,
    reason: 'KeyPairVerified',
    status: 'True',
    type: 'Ready',
  };
  return issuer(CA_ISSUER, { ca: { secretName: ROOT_NAME } }, ready);
}

function issuer(name: string, spec: object, ready: object): KubeObject {
  return { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name }, spec, status: { conditions: [ready] } };
}

/** What a Certificate asks for. */
export interface CertificateShape {
  readonly namespace: string;
  /** Of the Certificate, its Secret and its common name alike. */
  readonly name: string;
  readonly issuer: string;
  readonly durationHours: number;
  /** Undefined: never renewed. */
  readonly renewBeforeHours: number | undefined;
  readonly rotationPolicy: 'Always' | 'Never';
}

/** The root: ten years, its key kept, never renewed in place. */
export const ROOT: CertificateShape = {
  namespace: CERT_MANAGER_NAMESPACE,
  name: ROOT_NAME,
  issuer: SELF_SIGNED_ISSUER,
  durationHours: 87_600,
  renewBeforeHours: undefined,
  rotationPolicy: 'Never',
};

/** The intermediate of a cluster. */
export function intermediateOf(cluster: string): CertificateShape {
  return {
    namespace: AUTHORITY_NAMESPACE,
    name: `istio-ica-${cluster}`,
    issuer: CA_ISSUER,
    durationHours: 4320,
    renewBeforeHours: 1440,
    rotationPolicy: 'Always',
  };
}

/** How long what is issued at an instant lives: cert-manager does not backdate. */
export function lifeOf({ durationHours }: Pick<CertificateShape, 'durationHours'>, at: number): Life {
  const notBefore = Math.floor(at / 1000) * 1000;
  return { notBefore, notAfter: notBefore + durationHours * HOUR_MS };
}

/** When cert-manager will issue it again; undefined: never. */
export function renewalOf({ renewBeforeHours }: CertificateShape, { notAfter }: Life): number | undefined {
  return renewBeforeHours === undefined ? undefined : notAfter - renewBeforeHours * HOUR_MS;
}

/** A Certificate that is up to date. */
export function certificate(shape: CertificateShape, life: Life, revision: number): KubeObject {
  const { namespace, name, issuer, durationHours, renewBeforeHours, rotationPolicy } = shape;
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace, name },
    spec: {
      commonName: name,
      duration: `${durationHours}h`,
      isCA: true,
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer },
      privateKey: { algorithm: 'ECDSA', rotationPolicy, size: 256 },
      ...(renewBeforeHours === undefined ? { renewal: { policy: 'Disabled' } } : { renewBefore: `${renewBeforeHours}h` }),
      secretName: name,
    },
    status: { conditions: [readyCondition(life.notBefore)], ...issuedStatus(shape, life), revision },
  };
}

/** The condition of a Certificate that is up to date since an instant. */
export function readyCondition(at: number): object {
  return {
    lastTransitionTime: kubeTime(at),
    message: 'Certificate is up to date and has not expired',
    observedGeneration: 1,
    reason: 'Ready',
    status: 'True',
    type: 'Ready',
  };
}

/** What a Certificate says of what was issued last. Conditions stay as they were through a renewal. */
export function issuedStatus(shape: CertificateShape, life: Life): Record<string, string> {
  const renewal = renewalOf(shape, life);
  return {
    notAfter: kubeTime(life.notAfter),
    notBefore: kubeTime(life.notBefore),
    ...(renewal === undefined ? {} : { renewalTime: kubeTime(renewal) }),
  };
}

/** The Secret that a Certificate keeps. `issued` gives `tls.crt` and `tls.key`; `ca` is the top of the chain, `ca.crt`. */
export function certificateSecret(shape: CertificateShape, issued: Issued, ca: string): KubeObject {
  const { namespace, name, issuer } = shape;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: { 'controller.cert-manager.io/fao': 'true' },
      annotations: {
        'cert-manager.io/alt-names': '',
        'cert-manager.io/certificate-name': name,
        'cert-manager.io/common-name': name,
        'cert-manager.io/ip-sans': '',
        'cert-manager.io/issuer-group': 'cert-manager.io',
        'cert-manager.io/issuer-kind': 'ClusterIssuer',
        'cert-manager.io/issuer-name': issuer,
        'cert-manager.io/uri-sans': '',
      },
    },
    data: secretData({ 'ca.crt': ca, 'tls.crt': issued.certificatePem, 'tls.key': issued.keyPem }),
    type: 'kubernetes.io/tls',
  };
}
