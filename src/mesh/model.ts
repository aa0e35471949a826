/**
 * The mesh as it was seen at one instant. Pure data: who observed it and how is not known here.
 *
 * Every part that needed a look at a cluster is an {@link Observed}: a value, or the failure that stood in the way. A part is never left out
 * because it could not be read, and `null` inside a value means "looked, and it is not there".
 */
import type { Failure } from '../core/errors.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { CacertsFacts } from '../pki/cacerts.ts';

/** `signer`: cert-manager and the mesh root live here (exactly one cluster). `edge`: public traffic enters here. */
export type Role = 'signer' | 'edge';

/** A cluster as the configuration names it. `name` is the Istio cluster ID. */
export interface ClusterIdentity {
  readonly name: string;
  /** The empty text: not known (a configuration made from a kubeconfig alone), and neither is whether `name` is the Istio cluster ID. */
  readonly network: string;
  readonly roles: readonly Role[];
  /** The kubeconfig context of whoever runs commands by hand, where it is known. */
  readonly context?: string;
  /** The namespace of Istio; absent: `istio-system`. */
  readonly istioNamespace?: string;
  /** Where other clusters reach this one's east-west gateway, where the configuration says so. */
  readonly gateway: { readonly address: string; readonly port: number } | undefined;
}

export type Observed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface ApiFacts {
  /** As the server prints it, such as `v1.36.2+k3s1`. */
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
  /** Round trip of the version call, in milliseconds. */
  readonly latencyMs: number;
  /** The validity of the certificate that it presented last; absent where none was seen, as through a proxy. */
  readonly certificate?: { readonly notBefore: number; readonly notAfter: number };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly observedGeneration: number | undefined;
  readonly lastTransition: number | undefined;
}

/** One workload of a control plane: a Deployment and what it runs. */
export interface DeploymentFacts {
  readonly namespace: string;
  readonly name: string;
  /** `istio.io/rev`, `default` where unset; for Istio's own deployments. */
  readonly revision: string;
  readonly desired: number;
  readonly available: number;
  readonly images: readonly string[];
  /** From the image tag, else `app.kubernetes.io/version`; undefined where neither tells (a digest). */
  readonly version: string | undefined;
}

/** A cert-manager Certificate and the Secret it keeps, as far as we may read it. */
export interface ManagedCertificate {
  readonly namespace: string;
  readonly name: string;
  readonly secretName: string;
  readonly generation: number;
  readonly spec: {
    readonly isCa: boolean;
    readonly commonName: string | undefined;
    /** As written, such as `4380h`; undefined = cert-manager's default of 2160h. */
    readonly duration: string | undefined;
    readonly renewBefore: string | undefined;
    readonly rotationPolicy: string | undefined;
    readonly renewalDisabled: boolean;
    readonly issuer: { readonly name: string; readonly kind: string; readonly group: string };
  };
  readonly conditions: readonly Condition[];
  readonly revision: number | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  readonly renewalTime: number | undefined;
  readonly lastFailureTime: number | undefined;
  readonly failedAttempts: number | undefined;
}

/** What the target Secret of an intermediate holds. Its private key is reduced to the fingerprint of its public half while it is read. */
export interface IntermediateSecret {
  readonly namespace: string;
  readonly name: string;
  /** `tls.crt`, in order: the intermediate first. Empty where nothing could be parsed. */
  readonly chain: readonly Certificate[];
  /** `ca.crt`. */
  readonly ca: readonly Certificate[];
  readonly keyFingerprint: string | undefined;
  /** What is wrong with the PEM data, one sentence each. */
  readonly faults: readonly string[];
  readonly issuerAnnotation: string | undefined;
}

export interface IssuerFacts {
  readonly kind: 'ClusterIssuer' | 'Issuer';
  readonly namespace: string | undefined;
  readonly name: string;
  readonly type: 'ca' | 'selfSigned' | 'other';
  /** `spec.ca.secretName` for type `ca`. */
  readonly secretName: string | undefined;
  readonly conditions: readonly Condition[];
}

export interface IntermediateFacts {
  /** The cluster whose istiod signs with it. */
  readonly cluster: string;
  /** Null: no such Certificate. */
  readonly certificate: ManagedCertificate | null;
  /** Null: no such Secret. */
  readonly secret: Observed<IntermediateSecret | null>;
}

/** The certificate authority, as the signer cluster shows it. The root's Secret is never read. */
export interface AuthorityFacts {
  /** False: the API server knows no `cert-manager.io` group. */
  readonly installed: boolean;
  readonly deployments: readonly DeploymentFacts[];
  readonly issuers: readonly IssuerFacts[];
  /** The Certificate that keeps the root; null: not found under its configured name. */
  readonly root: ManagedCertificate | null;
  readonly intermediates: readonly IntermediateFacts[];
}

/** The trust bundle that istiod publishes to a namespace. */
export interface PublishedBundle {
  readonly namespace: string;
  readonly certificates: readonly Certificate[];
  readonly faults: readonly string[];
}

export interface TrustFacts {
  /** ConfigMap `istio-ca-root-cert` of Istio's own namespace; null: not there. */
  readonly system: PublishedBundle | null;
  /** The same in one application namespace; null: there is no other namespace that should have one. */
  readonly application: PublishedBundle | null;
  /** The application namespace that was looked at has no such ConfigMap. */
  readonly missingIn: string | undefined;
}

export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string | undefined; readonly port: number; readonly nodePort: number | undefined }[];
  /** LoadBalancer status addresses and hostnames plus `externalIPs`. */
  readonly addresses: readonly string[];
  /** Ready and not-ready addresses over its EndpointSlices. */
  readonly ready: number;
  readonly notReady: number;
}

export interface CrossNetworkGateway {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly port: number;
}

export interface EastWestFacts {
  /** Services that carry the label `topology.istio.io/network`. */
  readonly services: readonly ServiceFacts[];
  /** Gateways with a TLS server in mode AUTO_PASSTHROUGH; null: the API server knows no `networking.istio.io` group. */
  readonly gateways: readonly CrossNetworkGateway[] | null;
  /** Label `topology.istio.io/network` of Istio's namespace; null: namespace without it. */
  readonly namespaceNetwork: string | null;
}

/** One kubeconfig inside a remote secret. Its token is reduced to its claims while it is read. */
export interface RemoteCluster {
  /** The data key: the cluster ID under which istiod files what it finds there. */
  readonly cluster: string;
  readonly server: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly hasCa: boolean;
  readonly insecure: boolean;
  readonly hasToken: boolean;
  /** `exp` of the token; undefined where it has none (a token Secret) or is not a JWT. */
  readonly tokenExpires: number | undefined;
  /** What istiod would refuse or misread, one sentence each. */
  readonly faults: readonly string[];
}

export interface RemoteSecret {
  readonly namespace: string;
  readonly name: string;
  readonly clusterAnnotation: string | undefined;
  readonly clusters: readonly RemoteCluster[];
}

export interface ClusterSnapshot {
  readonly identity: ClusterIdentity;
  readonly api: Observed<ApiFacts>;
  /** Deployments with the label `app=istiod`; empty: none. */
  readonly istiod: Observed<readonly DeploymentFacts[]>;
  /** Null: no Secret `cacerts`. */
  readonly cacerts: Observed<CacertsFacts | null>;
  readonly trust: Observed<TrustFacts>;
  readonly eastWest: Observed<EastWestFacts>;
  readonly remoteSecrets: Observed<readonly RemoteSecret[]>;
}

export interface Snapshot {
  /** When the observation ended, in UTC milliseconds. */
  readonly at: number;
  readonly clusters: readonly ClusterSnapshot[];
  /** From the signer cluster. */
  readonly authority: Observed<AuthorityFacts>;
}

/** The parts of a cluster that a check can ask for. */
export type ClusterPart = Exclude<keyof ClusterSnapshot, 'identity'>;
