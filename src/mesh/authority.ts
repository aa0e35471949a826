import { kubectl } from './kubectl.ts';
import type { AuthorityFacts, ClusterIdentity, IntermediateFacts, IntermediateSecret, ManagedCertificate, Snapshot } from './model.ts';

/** What the parts of cert-manager are labelled with, whatever their release is called; quoted for a shell. */
export const CERT_MANAGER_PODS = "'app.kubernetes.io/name in (cert-manager,cainjector,webhook)'";

/** The cluster in which cert-manager and the root live; undefined where it is not among those looked at. */
export function signerOf(snapshot: Snapshot): ClusterIdentity | undefined {
  return snapshot.clusters.find(({ identity }) => identity.roles.includes('signer'))?.identity;
}

/** How a sentence names the cluster of the authority. */
export function signerName(snapshot: Snapshot): string {
  return signerOf(snapshot)?.name ?? 'the signer cluster';
}

/** A command to paste for the cluster of the authority. */
export function inSigner(snapshot: Snapshot, rest: string): string {
  const signer = signerOf(snapshot);
  return signer === undefined ? `kubectl ${rest}` : kubectl(signer, rest);
}

/** What the signer shows; undefined where it could not be looked at. */
export function authorityOf({ authority }: Snapshot): AuthorityFacts | undefined {
  return authority.ok ? authority.value : undefined;
}

/** What the signer shows of the intermediate of a cluster. */
export function intermediateOf(snapshot: Snapshot, cluster: string): IntermediateFacts | undefined {
  return authorityOf(snapshot)?.intermediates.find((intermediate) => intermediate.cluster === cluster);
}

/** The Secret that cert-manager keeps for the intermediate of a cluster; null: looked, and it is not there. */
export function sourceOf(snapshot: Snapshot, cluster: string): IntermediateSecret | null | undefined {
  const secret = intermediateOf(snapshot, cluster)?.secret;
  return secret?.ok === true ? secret.value : undefined;
}

/** `namespace/name`. */
export function objectName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** The command that shows what cert-manager says of a Certificate. */
export function describeCertificate(snapshot: Snapshot, { namespace, name }: Pick<ManagedCertificate, 'namespace' | 'name'>): string {
  return inSigner(snapshot, `-n ${namespace} describe certificate ${name}`);
}
