/** Who calls: by a client certificate or by a token of a service account (istio: security/pkg/server/ca/authenticate). */
import type { TokenReview } from '../../kubernetes/cluster.ts';

/** Reviews tokens in one cluster. */
export type Reviewer = (token: string, audience: string) => TokenReview;

/** What a caller shows. */
export interface Shown {
  readonly authorization: string | undefined;
  /** The SPIFFE identity of a client certificate that was verified. */
  readonly certificate: string | undefined;
  /** The metadata `clusterid`: empty means the local cluster. */
  readonly clusterId: string;
}

/** Where tokens are reviewed. */
export interface Reviewers {
  readonly local: Reviewer;
  readonly localId: string;
  /** The clusters of which a remote secret is here. */
  readonly remotes: () => readonly string[];
  readonly remote: (id: string) => Reviewer | undefined;
}

/** The identity, or istiod's words why there is none. */
export type Identity = { readonly spiffe: string } | { readonly refused: string };

const AUDIENCE = 'istio-ca';
const NAME = 'Authenticator KubeJWTAuthenticator: ';

/** Looks at the certificate first. `without` is what is said of a caller without one. */
export function identify(shown: Shown, reviewers: Reviewers, without: string): Identity {
  if (shown.certificate !== undefined) return { spiffe: shown.certificate };
  const token = byToken(shown, reviewers);
  return 'refused' in token ? { refused: `Authenticator ClientCertAuthenticator: ${without}${NAME}${token.refused}` } : token;
}

function byToken({ authorization, clusterId }: Shown, { local, localId, remotes, remote }: Reviewers): Identity {
  if (authorization === undefined) return { refused: 'target JWT extraction error: no HTTP authorization header exists' };
  const token = authorization.replace(/^Bearer\s+/, '');
  const review = clusterId === '' || clusterId === localId ? local : remote(clusterId);
  if (review === undefined) {
    const known = `local cluster "${localId}" and remote clusters [${remotes().join(' ')}]`;
    return { refused: `client claims to be in cluster "${clusterId}", but we only know about ${known}` };
  }
  const answer = review(token, AUDIENCE);
  if (answer.ok) return { spiffe: spiffeOf(answer.user) };
  return {
    refused: `failed to validate the JWT from cluster "${clusterId}": the service account authentication returns an error: ${answer.error}`,
  };
}

function spiffeOf(user: string): string {
  const [, , namespace = '', account = ''] = user.split(':');
  return `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
}
