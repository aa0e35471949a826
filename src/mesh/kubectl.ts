import type { ClusterIdentity } from './model.ts';

/** A command to paste: `kubectl` with the cluster's context where it is known. */
export function kubectl(cluster: ClusterIdentity, rest: string): string {
  return cluster.context === undefined ? `kubectl ${rest}` : `kubectl --context ${quoted(cluster.context)} ${rest}`;
}

/** A word as a POSIX shell reads it back unchanged. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
