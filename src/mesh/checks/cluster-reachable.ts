import type { Reason } from '../../core/errors.ts';
import { MINUTE } from '../../core/duration.ts';
import type { ClusterCheck, Finding } from '../finding.ts';
import { kubectl } from '../kubectl.ts';

const REFUSED: ReadonlySet<Reason> = new Set(['unauthorized', 'forbidden', 'tls']);

export const clusterReachable: ClusterCheck = {
  scope: 'cluster',
  id: 'cluster-reachable',
  title: 'API server answers us',
  inputs: ['api'],
  judges: ['api'],
  dependsOn: [],
  severity: 'page',
  visibleAfter: MINUTE,
  codes: ['cluster-unreachable', 'cluster-refuses-us'],
  evaluate({ identity, api }) {
    if (api.ok) return [];
    const refused = REFUSED.has(api.failure.reason);
    const finding: Finding = {
      code: refused ? 'cluster-refuses-us' : 'cluster-unreachable',
      severity: 'page',
      subject: { kind: 'cluster', name: identity.name },
      title: titleOf(identity.name, api.failure.reason),
      facts: [api.failure.message],
      hint: api.failure.next ?? 'Try the same kubeconfig from the machine that runs meshwarden; its own mesh goes on working meanwhile.',
      commands: [kubectl(identity, 'version --request-timeout=5s')],
    };
    return [finding];
  },
};

function titleOf(cluster: string, reason: Reason): string {
  // A kubeconfig that cannot be used says nothing of the server.
  if (reason === 'invalid') return `${cluster} cannot be asked: its kubeconfig does not work`;
  return REFUSED.has(reason) ? `The API server of ${cluster} refuses meshwarden` : `The API server of ${cluster} does not answer`;
}
