import type { ClusterIdentity } from '../mesh/model.ts';

/** A cluster and the way in. */
export interface ClusterTarget {
  readonly identity: ClusterIdentity;
  /** Absolute paths, merged as kubectl merges KUBECONFIG. Never empty. */
  readonly kubeconfig: readonly string[];
  /** Absent: the kubeconfig's current context. */
  readonly context?: string;
  /** The namespace in which the published trust bundle is looked at too; absent: the first that Istio injects. */
  readonly application?: string;
}

/** Where the authority keeps its objects in the signer cluster. */
export interface AuthorityTarget {
  readonly root: { readonly namespace: string; readonly certificate: string };
  /** The `ca` ClusterIssuer that signs intermediates. */
  readonly issuer: string;
  readonly intermediates: readonly { readonly cluster: string; readonly namespace: string; readonly certificate: string }[];
}
