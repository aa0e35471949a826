import type { ClusterSnapshot, RemoteCluster, RemoteSecret } from './model.ts';

/** One kubeconfig and the Secret in which it lies. */
export interface RemoteEntry {
  readonly secret: RemoteSecret;
  readonly remote: RemoteCluster;
}

/** Every kubeconfig that istiod of this cluster is given; none where they could not be read. */
export function remoteEntries({ remoteSecrets }: ClusterSnapshot): readonly RemoteEntry[] {
  if (!remoteSecrets.ok) return [];
  return remoteSecrets.value.flatMap((secret) => secret.clusters.map((remote) => ({ secret, remote })));
}
