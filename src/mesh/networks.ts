import type { ClusterIdentity, Snapshot } from './model.ts';

/** The namespace of Istio in a cluster. */
export function istioNamespace({ istioNamespace: namespace }: ClusterIdentity): string {
  return namespace ?? 'istio-system';
}

/** True where traffic must cross networks to reach this cluster. An unknown network (the empty text) is different from none. */
export function crossesNetworks({ network, gateway }: ClusterIdentity, snapshot: Snapshot): boolean {
  if (network === '') return false;
  const others = snapshot.clusters.map(({ identity }) => identity.network);
  return gateway !== undefined || others.some((other) => other !== '' && other !== network);
}

/** The other clusters that were looked at. */
export function othersOf({ name }: ClusterIdentity, snapshot: Snapshot): readonly ClusterIdentity[] {
  return snapshot.clusters.map(({ identity }) => identity).filter((other) => other.name !== name);
}
