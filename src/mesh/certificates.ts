import type { Failure } from '../core/errors.ts';
import type { Certificate } from '../pki/certificate.ts';
import { lastFailure, type IssuanceFailure } from './readiness.ts';
import type { AuthorityFacts, ClusterSnapshot, ManagedCertificate, Observed, Snapshot } from './model.ts';

/** One certificate of the authority as a person asks about it. */
export interface CertificateLine {
  readonly role: 'root' | 'intermediate';
  /** The cluster that signs with it; undefined for the root. */
  readonly cluster: string | undefined;
  /** `namespace/name` of the cert-manager Certificate; undefined where there is none. */
  readonly object: string | undefined;
  readonly subject: string | undefined;
  readonly issuer: string | undefined;
  readonly fingerprint: string | undefined;
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** The generation that cert-manager issued last, which the cluster may not sign with yet. */
  readonly issued: {
    readonly fingerprint: string | undefined;
    readonly notBefore: number | undefined;
    readonly notAfter: number | undefined;
  };
  /** When cert-manager renews it; undefined where it does not. */
  readonly renewalTime: number | undefined;
  /** The Ready condition of its Certificate; undefined where there is none. */
  readonly ready: { readonly status: string; readonly reason: string | undefined; readonly message: string | undefined } | undefined;
  /** The last issuance failed. */
  readonly failure?: Pick<IssuanceFailure, 'why' | 'attempts' | 'waitsUntil'>;
  /** For an intermediate: whether the cluster's `cacerts` holds this very certificate; undefined where that could not be compared. */
  readonly published: boolean | undefined;
  /** What could not be read of it. */
  readonly missing: readonly string[];
}

export interface MeshCertificates {
  readonly at: number;
  readonly failure: Failure | undefined;
  readonly lines: readonly CertificateLine[];
}

/** What is signed by whom, until when, and what renews next: the root first, then each cluster. */
export function certificatesOf(snapshot: Snapshot): MeshCertificates {
  const facts = snapshot.authority.ok ? snapshot.authority.value : undefined;
  return {
    at: snapshot.at,
    failure: snapshot.authority.ok ? undefined : snapshot.authority.failure,
    lines: [rootLine(snapshot, facts), ...snapshot.clusters.map((cluster) => intermediateLine(cluster, facts))],
  };
}

function rootLine(snapshot: Snapshot, facts: AuthorityFacts | undefined): CertificateLine {
  const object = facts?.root ?? undefined;
  const trusted = trustedRoot(snapshot, facts);
  return {
    role: 'root',
    cluster: undefined,
    ...shown(trusted, object),
    issued: generation(trusted, object),
    published: undefined,
    missing: trusted === undefined ? ['no cluster shows the root certificate itself'] : [],
  };
}

/**
 * The root is read from what the intermediates and the clusters carry; its own Secret is never opened. Where cert-manager tells the dates of the
 * root, only a certificate of these dates is it: others are old roots, or intermediates that are roots of their own.
 */
function trustedRoot(snapshot: Snapshot, facts: AuthorityFacts | undefined): Certificate | undefined {
  const carried = facts?.intermediates.flatMap(({ secret }) => (secret.ok ? (secret.value?.ca ?? []) : [])) ?? [];
  const published = snapshot.clusters.flatMap(({ cacerts }) => (cacerts.ok ? (cacerts.value?.roots ?? []) : []));
  const { notBefore, notAfter } = facts?.root ?? {};
  if (notBefore === undefined || notAfter === undefined) return carried[0] ?? published[0];
  return [...carried, ...published].find((one) => one.notBefore === notBefore && one.notAfter === notAfter);
}

function intermediateLine({ identity, cacerts }: ClusterSnapshot, facts: AuthorityFacts | undefined): CertificateLine {
  const source = facts?.intermediates.find(({ cluster }) => cluster === identity.name);
  const issued = read(source?.secret)?.chain[0];
  const signing = read(cacerts)?.signing[0];
  return {
    role: 'intermediate',
    cluster: identity.name,
    ...shown(signing ?? issued, source?.certificate ?? undefined),
    issued: generation(issued, source?.certificate ?? undefined),
    published: signing === undefined || issued === undefined ? undefined : signing.fingerprint === issued.fingerprint,
    missing: [...missingCacerts(cacerts), ...(source?.secret.ok === false ? [source.secret.failure.message] : [])],
  };
}

function read<T>(part: Observed<T | null> | undefined): T | undefined {
  return part?.ok === true ? (part.value ?? undefined) : undefined;
}

function missingCacerts(cacerts: ClusterSnapshot['cacerts']): readonly string[] {
  if (!cacerts.ok) return [cacerts.failure.message];
  return cacerts.value === null ? ['no Secret cacerts in this cluster'] : [];
}

function generation(certificate: Certificate | undefined, object: ManagedCertificate | undefined): CertificateLine['issued'] {
  const dates = certificate ?? object;
  return { fingerprint: certificate?.fingerprint, notBefore: dates?.notBefore, notAfter: dates?.notAfter };
}

type Shown = Omit<CertificateLine, 'role' | 'cluster' | 'issued' | 'published' | 'missing'>;

/** What the certificate itself says, and where nobody shows it, what its object says of it. */
function shown(certificate: Certificate | undefined, object: ManagedCertificate | undefined): Shown {
  return {
    object: object && `${object.namespace}/${object.name}`,
    subject: certificate?.subject,
    issuer: certificate?.issuer,
    fingerprint: certificate?.fingerprint,
    notBefore: (certificate ?? object)?.notBefore,
    notAfter: (certificate ?? object)?.notAfter,
    renewalTime: object?.renewalTime,
    ready: readiness(object),
    ...failing(object),
  };
}

function readiness(object: ManagedCertificate | undefined): CertificateLine['ready'] {
  const condition = object?.conditions.find(({ type }) => type === 'Ready');
  return condition && { status: condition.status, reason: condition.reason, message: condition.message };
}

function failing(object: ManagedCertificate | undefined): Pick<CertificateLine, 'failure'> {
  const failure = object && lastFailure(object);
  if (failure === undefined) return {};
  const { why, attempts, waitsUntil } = failure;
  return { failure: { why, attempts, waitsUntil } };
}
