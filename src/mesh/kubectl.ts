import type { ClusterIdentity } from './model.ts';
import { istioNamespace } from './networks.ts';

/** A command to paste: `kubectl` with the cluster's context where it is known. */
export function kubectl(cluster: ClusterIdentity, rest: string): string {
  return cluster.context === undefined ? `kubectl ${rest}` : `kubectl --context ${quoted(cluster.context)} ${rest}`;
}

/** A word as a POSIX shell reads it back unchanged. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that shows what istiod signs with and until when. */
export function showSigning(cluster: ClusterIdentity): string {
  return showCacerts(cluster, String.raw`ca-cert\.pem`);
}

/** The command that shows the first root that a cluster trusts. */
export function showRoots(cluster: ClusterIdentity): string {
  return showCacerts(cluster, String.raw`root-cert\.pem`);
}

function showCacerts(cluster: ClusterIdentity, key: string): string {
  const secret = `-n ${istioNamespace(cluster)} get secret cacerts -o jsonpath='{.data.${key}}'`;
  return kubectl(cluster, `${secret} | base64 -d | openssl x509 -noout -subject -issuer -dates -fingerprint -sha256`);
}
