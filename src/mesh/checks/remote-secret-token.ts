import { DAY, formatDuration } from '../../core/duration.ts';
import { objectName } from '../authority.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';
import type { ClusterIdentity } from '../model.ts';
import { remoteEntries, type RemoteEntry } from '../remote-secrets.ts';
import { linkSubject } from '../subject.ts';
import { utc } from '../wording.ts';

/** A week holds a weekend and somebody's leave. */
const SOON = 7 * DAY;
/** Nobody looks at a ticket in time. */
const PAGE_BELOW = DAY;

export const remoteSecretToken: ClusterCheck = {
  scope: 'cluster',
  id: 'remote-secret-token',
  title: 'Tokens in remote secrets are good',
  inputs: ['remoteSecrets'],
  dependsOn: ['cluster-reachable', 'istiod-installed'],
  severity: 'page',
  // An end does not come and go.
  visibleAfter: 0,
  codes: ['remote-secret-no-token', 'remote-secret-token-expired', 'remote-secret-token-expires-soon'],
  evaluate(cluster, _snapshot, now) {
    return remoteEntries(cluster).flatMap((entry) => judge(cluster.identity, entry, now));
  },
};

function judge(identity: ClusterIdentity, { secret, remote }: RemoteEntry, now: number): readonly Finding[] {
  const { name } = identity;
  const { cluster, tokenExpires } = remote;
  const common = {
    subject: linkSubject(name, cluster),
    commands: [kubectl(identity, `-n ${secret.namespace} describe secret ${secret.name}`)],
  };
  const hint = `Make a new one in ${cluster} and create the remote secret anew; do not restart istiod of ${name} before that.`;
  if (!remote.hasToken) {
    // What is no kubeconfig has no token either: that is said where the kubeconfig is judged.
    if (remote.faults.length > 0) return [];
    const facts = [`The kubeconfig in ${objectName(secret)} names a server but no token.`];
    return [{ ...common, code: 'remote-secret-no-token', severity: 'page', title: `${name} has no token for ${cluster}`, facts, hint }];
  }
  if (tokenExpires === undefined || tokenExpires - now >= SOON) return [];
  const over = tokenExpires <= now;
  const length = formatDuration(tokenExpires - now);
  return [
    {
      ...common,
      code: over ? 'remote-secret-token-expired' : 'remote-secret-token-expires-soon',
      severity: tokenExpires - now < PAGE_BELOW ? 'page' : 'ticket',
      title: over
        ? `The token of ${name} for ${cluster} expired ${length} ago`
        : `The token of ${name} for ${cluster} expires in ${length}`,
      facts: [
        `It ${over ? 'ended' : 'ends'} at ${utc(tokenExpires)}, in ${objectName(secret)}.`,
        `istiod of ${name} ${over ? 'keeps' : 'then keeps'} what it last knew of ${cluster} and learns nothing new.`,
      ],
      hint,
      until: tokenExpires,
    },
  ];
}
