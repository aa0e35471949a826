import type { AuthorityFacts, IntermediateFacts, IntermediateSecret, ManagedCertificate, Observed } from '../../mesh/model.ts';
import { toFailure } from '../../core/errors.ts';
import { readCertificates as readPem } from '../../pki/certificate.ts';
import { readPrivateKey } from '../../pki/private-key.ts';
import { SECRETS } from '../resources.ts';
import type { AuthorityTarget } from '../target.ts';
import { readCertificate, readCertificates, readClusterIssuers } from './certificates.ts';
import { readDeployments } from './deployments.ts';
import { SecretObject } from './objects.ts';
import { orMissing, orUnknownKind, shaped, type Reading } from './reading.ts';

const ISSUER_ANNOTATION = 'cert-manager.io/issuer-name';
/** Every Deployment of cert-manager carries it, whatever its release is called. */
const CERT_MANAGER = 'app.kubernetes.io/name in (cert-manager,cainjector,webhook)';

/** The certificate authority of the mesh. The Secret of the root is never read: what it holds of use is in every intermediate's `ca.crt`. */
export async function readAuthority(reading: Reading, { root, intermediates }: AuthorityTarget): Promise<AuthorityFacts> {
  const [deployments, issuers, rootCertificate, certificates] = await Promise.all([
    readDeployments(reading, root.namespace, CERT_MANAGER),
    orUnknownKind(readClusterIssuers(reading)),
    readCertificate(reading, root.namespace, root.certificate),
    readIntermediateCertificates(reading, intermediates),
  ]);
  return {
    installed: issuers !== undefined,
    deployments,
    issuers: issuers ?? [],
    root: rootCertificate,
    intermediates: await Promise.all(intermediates.map((wanted) => readIntermediate(reading, wanted, certificates))),
  };
}

/** One list for each namespace that holds any. */
async function readIntermediateCertificates(
  reading: Reading,
  intermediates: AuthorityTarget['intermediates'],
): Promise<readonly ManagedCertificate[]> {
  const namespaces = [...new Set(intermediates.map(({ namespace }) => namespace))];
  const lists = await Promise.all(namespaces.map((namespace) => orUnknownKind(readCertificates(reading, namespace))));
  return lists.flatMap((list) => list ?? []);
}

async function readIntermediate(
  reading: Reading,
  { cluster, namespace, certificate: name }: AuthorityTarget['intermediates'][number],
  certificates: readonly ManagedCertificate[],
): Promise<IntermediateFacts> {
  const certificate = certificates.find((known) => known.namespace === namespace && known.name === name) ?? null;
  if (certificate === null) return { cluster, certificate, secret: { ok: true, value: null } };
  return { cluster, certificate, secret: await observeSecret(reading, namespace, certificate.secretName) };
}

/** A right on one Secret that is missing says nothing of the others. */
async function observeSecret(reading: Reading, namespace: string, name: string): Promise<Observed<IntermediateSecret | null>> {
  try {
    const object = await orMissing(reading.client.get(SECRETS, { namespace, name }, { signal: reading.signal }));
    return {
      ok: true,
      value: object === undefined ? null : intermediateSecret(shaped(SecretObject, object, `the Secret ${namespace}/${name}`, reading)),
    };
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

/** The private key is reduced to the fingerprint of its public half, here and now. */
function intermediateSecret({
  metadata,
  data,
}: {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, Uint8Array>>;
}): IntermediateSecret {
  const chain = readPem(data['tls.crt'] ?? new Uint8Array());
  const ca = readPem(data['ca.crt'] ?? new Uint8Array());
  const key = readPrivateKey(Buffer.from(data['tls.key'] ?? new Uint8Array()).toString('utf8'));
  const faults = [
    ...chain.faults.map(({ text }) => `tls.crt: ${text}`),
    ...ca.faults.map(({ text }) => `ca.crt: ${text}`),
    ...(key.ok ? [] : key.faults.map(({ text }) => `tls.key: ${text}`)),
  ];
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    chain: chain.certificates,
    ca: ca.certificates,
    keyFingerprint: key.ok ? key.value.publicKeyFingerprint : undefined,
    faults,
    issuerAnnotation: metadata.annotations[ISSUER_ANNOTATION],
  };
}
