/** Healthy snapshots of two or more clusters, and small changes to them. */
import type { Failure } from '../../src/core/errors.ts';
import type {
  AuthorityFacts,
  ClusterIdentity,
  ClusterPart,
  ClusterSnapshot,
  Condition,
  CrossNetworkGateway,
  DeploymentFacts,
  EastWestFacts,
  IntermediateFacts,
  IntermediateSecret,
  IssuerFacts,
  ManagedCertificate,
  Observed,
  RemoteCluster,
  RemoteSecret,
  ServiceFacts,
  Snapshot,
  TrustFacts,
} from '../../src/mesh/model.ts';
import type { Certificate } from '../../src/pki/certificate.ts';
import { cacertsFacts, certificateOf, certificatesIn, DAY, NOW, ROOT, signingOf } from './authority.ts';
import type { Authority } from '../../lab/pki/authority.ts';

/** Changes a snapshot; several are applied one after the other. */
export type Change = (snapshot: Snapshot) => Snapshot;

export const FAILURE: Failure = { reason: 'forbidden', message: 'GET said 403', next: 'Add the rule.' };
export const UNREACHABLE: Failure = { reason: 'unreachable', message: 'connect ECONNREFUSED' };

export function seen<T>(value: T): Observed<T> {
  return { ok: true, value };
}

export function failed(failure: Failure = FAILURE): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/** A healthy mesh of these clusters; the first is the signer. */
export function mesh(...names: readonly string[]): Snapshot {
  const all = names.length === 0 ? ['a', 'b'] : names;
  return { at: NOW, clusters: all.map((name, index) => cluster(name, index, all)), authority: seen(authority(all)) };
}

export function identity(name: string, index: number): ClusterIdentity {
  const roles = index === 0 ? (['signer', 'edge'] as const) : [];
  return { name, network: `net-${name}`, roles, context: `ctx-${name}`, gateway: { address: `100.64.0.${index + 1}`, port: 15_443 } };
}

function cluster(name: string, index: number, all: readonly string[]): ClusterSnapshot {
  const signing = signingOf(name);
  return {
    identity: identity(name, index),
    api: seen({ gitVersion: 'v1.36.2+k3s1', major: 1, minor: 36, latencyMs: 12 }),
    istiod: seen([istiod()]),
    cacerts: seen(cacertsFacts(signing)),
    trust: seen(trust(certificatesIn(signing.rootPem))),
    eastWest: seen(eastWest(name, index)),
    remoteSecrets: seen(all.filter((other) => other !== name).map((other) => remoteSecret(other))),
  };
}

export function istiod(changes: Partial<DeploymentFacts> = {}): DeploymentFacts {
  const images = ['docker.io/istio/pilot:1.30.4'];
  return {
    namespace: 'istio-system',
    name: 'istiod',
    revision: 'default',
    desired: 1,
    available: 1,
    images,
    version: '1.30.4',
    ...changes,
  };
}

export function trust(certificates: readonly Certificate[], changes: Partial<TrustFacts> = {}): TrustFacts {
  const bundle = (namespace: string) => ({ namespace, certificates, faults: [] });
  return { system: bundle('istio-system'), application: bundle('shop'), missingIn: undefined, ...changes };
}

export function service(name: string, index: number, changes: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    namespace: 'istio-system',
    name: 'istio-eastwestgateway',
    type: 'LoadBalancer',
    labels: { 'topology.istio.io/network': `net-${name}`, istio: 'eastwestgateway' },
    selector: { app: 'istio-eastwestgateway', istio: 'eastwestgateway' },
    ports: [{ name: 'tls', port: 15_443, nodePort: 31_443 }],
    addresses: [`100.64.0.${index + 1}`],
    ready: 1,
    notReady: 0,
    ...changes,
  };
}

export function crossNetwork(changes: Partial<CrossNetworkGateway> = {}): CrossNetworkGateway {
  const selector = { istio: 'eastwestgateway' };
  return { namespace: 'istio-system', name: 'cross-network-gateway', selector, hosts: ['*.local'], port: 15_443, ...changes };
}

function eastWest(name: string, index: number): EastWestFacts {
  return { services: [service(name, index)], gateways: [crossNetwork()], namespaceNetwork: `net-${name}` };
}

export function remoteCluster(name: string, changes: Partial<RemoteCluster> = {}): RemoteCluster {
  return {
    cluster: name,
    server: `https://${name}.example:6443`,
    tlsServerName: undefined,
    hasCa: true,
    insecure: false,
    hasToken: true,
    tokenExpires: undefined,
    faults: [],
    ...changes,
  };
}

export function remoteSecret(name: string, changes: Partial<RemoteCluster> = {}): RemoteSecret {
  const clusters = [remoteCluster(name, changes)];
  return { namespace: 'istio-system', name: `istio-remote-secret-${name}`, clusterAnnotation: name, clusters };
}

export function condition(type: string, status: Condition['status'], reason?: string, message?: string): Condition {
  return { type, status, reason, message, observedGeneration: 1, lastTransition: NOW - DAY };
}

export function issuer(name: string, type: IssuerFacts['type'], changes: Partial<IssuerFacts> = {}): IssuerFacts {
  const secretName = type === 'ca' ? 'istio-root' : undefined;
  return { kind: 'ClusterIssuer', namespace: undefined, name, type, secretName, conditions: [condition('Ready', 'True')], ...changes };
}

const READY = [condition('Ready', 'True', 'Ready', 'Certificate is up to date and has not expired')];

export function managed(name: string, of: Authority, changes: Partial<ManagedCertificate> = {}): ManagedCertificate {
  const { notBefore, notAfter } = certificateOf(of);
  return {
    namespace: 'istio-ca',
    name,
    secretName: name,
    generation: 1,
    spec: {
      isCa: true,
      commonName: name,
      duration: '4320h0m0s',
      renewBefore: '1440h0m0s',
      rotationPolicy: 'Always',
      renewalDisabled: false,
      issuer: { name: 'istio-root-ca', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    },
    conditions: READY,
    revision: 1,
    notBefore,
    notAfter,
    renewalTime: notAfter - 60 * DAY,
    lastFailureTime: undefined,
    failedAttempts: undefined,
    ...changes,
  };
}

/** Its spec with some fields changed. */
export function withSpec(certificate: ManagedCertificate, spec: Partial<ManagedCertificate['spec']>): ManagedCertificate {
  return { ...certificate, spec: { ...certificate.spec, ...spec } };
}

export function managedRoot(): ManagedCertificate {
  const root = managed('istio-root', ROOT, { namespace: 'cert-manager', renewalTime: undefined });
  const issuedBy = { name: 'istio-root-selfsigned', kind: 'ClusterIssuer', group: 'cert-manager.io' };
  const spec = { duration: '87600h0m0s', renewBefore: undefined, rotationPolicy: 'Never', renewalDisabled: true, issuer: issuedBy };
  return withSpec(root, spec);
}

export function source(name: string, of: Authority, changes: Partial<IntermediateSecret> = {}): IntermediateSecret {
  return {
    namespace: 'istio-ca',
    name: `istio-ica-${name}`,
    chain: certificatesIn(of.chainPem === '' ? of.certificatePem : of.chainPem),
    ca: certificatesIn(of.rootPem),
    keyFingerprint: certificateOf(of).publicKeyFingerprint,
    faults: [],
    issuerAnnotation: 'istio-root-ca',
    ...changes,
  };
}

export function intermediateFacts(name: string, of: Authority = signingOf(name)): IntermediateFacts {
  return { cluster: name, certificate: managed(`istio-ica-${name}`, of), secret: seen(source(name, of)) };
}

export function certManager(name: string, changes: Partial<DeploymentFacts> = {}): DeploymentFacts {
  const images = [`quay.io/jetstack/${name}:v1.21.1`];
  return { namespace: 'cert-manager', name, revision: 'default', desired: 1, available: 1, images, version: '1.21.1', ...changes };
}

function authority(names: readonly string[]): AuthorityFacts {
  return {
    installed: true,
    deployments: ['cert-manager', 'cert-manager-cainjector', 'cert-manager-webhook'].map((name) => certManager(name)),
    issuers: [issuer('istio-root-selfsigned', 'selfSigned'), issuer('istio-root-ca', 'ca')],
    root: managedRoot(),
    intermediates: names.map((name) => intermediateFacts(name)),
  };
}

/** Changes one cluster. */
export function inCluster(name: string, change: (cluster: ClusterSnapshot) => Partial<ClusterSnapshot>): Change {
  return (snapshot) => ({
    ...snapshot,
    clusters: snapshot.clusters.map((one) => (one.identity.name === name ? { ...one, ...change(one) } : one)),
  });
}

/** Changes what was seen of one part of a cluster. */
export function part<Part extends ClusterPart>(
  name: string,
  key: Part,
  change: (value: ValueOf<ClusterSnapshot[Part]>) => ValueOf<ClusterSnapshot[Part]>,
): Change {
  return inCluster(name, (one) => {
    const before = one[key] as Observed<ValueOf<ClusterSnapshot[Part]>>;
    return { [key]: before.ok ? seen(change(before.value)) : before };
  });
}

type ValueOf<T> = T extends { readonly ok: true; readonly value: infer V } ? V : never;

/** One part of a cluster that could not be looked at. */
export function blind(name: string, ...parts: readonly ClusterPart[]): Change {
  return inCluster(name, () => Object.fromEntries(parts.map((key) => [key, failed()])));
}

/** A cluster that does not answer at all. */
export function unreachable(name: string): Change {
  const all: readonly ClusterPart[] = ['api', 'istiod', 'cacerts', 'trust', 'eastWest', 'remoteSecrets'];
  return inCluster(name, () => Object.fromEntries(all.map((key) => [key, failed(UNREACHABLE)])));
}

export function inAuthority(change: (facts: AuthorityFacts) => Partial<AuthorityFacts>): Change {
  return (snapshot) => ({
    ...snapshot,
    authority: snapshot.authority.ok ? seen({ ...snapshot.authority.value, ...change(snapshot.authority.value) }) : snapshot.authority,
  });
}

/** The authority could not be looked at. */
export const blindAuthority: Change = (snapshot) => ({ ...snapshot, authority: failed() });

export function inIntermediate(name: string, change: (facts: IntermediateFacts) => Partial<IntermediateFacts>): Change {
  return inAuthority(({ intermediates }) => ({
    intermediates: intermediates.map((one) => (one.cluster === name ? { ...one, ...change(one) } : one)),
  }));
}

export function inCertificate(name: string, change: (certificate: ManagedCertificate) => ManagedCertificate): Change {
  return inIntermediate(name, ({ certificate }) => ({ certificate: certificate && change(certificate) }));
}

export function inSource(name: string, change: (secret: IntermediateSecret) => IntermediateSecret): Change {
  return inIntermediate(name, ({ secret }) => ({ secret: secret.ok && secret.value !== null ? seen(change(secret.value)) : secret }));
}

export function inRoot(change: (certificate: ManagedCertificate) => ManagedCertificate): Change {
  return inAuthority(({ root }) => ({ root: root && change(root) }));
}

/** A configuration made from a kubeconfig alone: no signer, no networks, names that may be anything. */
export const kubeconfigAlone: Change = (snapshot) => ({
  ...snapshot,
  authority: failed({ reason: 'invalid', message: 'Nobody said in which cluster cert-manager keeps the root' }),
  clusters: snapshot.clusters.map((one) => ({ ...one, identity: { ...one.identity, network: '', roles: [], gateway: undefined } })),
});

export function changed(snapshot: Snapshot, ...changes: readonly Change[]): Snapshot {
  return changes.reduce((before, change) => change(before), snapshot);
}
