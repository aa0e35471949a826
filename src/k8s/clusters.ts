import type { Clock } from '../core/clock.ts';
import { toFailure } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Snapshot } from '../mesh/model.ts';
import { ClusterClient, type CallRecord, type ClientDependencies } from './client.ts';
import { collectMesh, type Member } from './collect.ts';
import { MOST_CONNECTIONS } from './pooled-kubeconfig.ts';
import type { AuthorityTarget, ClusterTarget } from './target.ts';

export interface ClustersOptions {
  readonly targets: readonly ClusterTarget[];
  readonly istioNamespace: string;
  readonly authority: AuthorityTarget;
  readonly clock: Clock;
  readonly random: Random;
  readonly onCall?: (call: CallRecord) => void;
}

/** The clusters of a mesh, with their connections. */
export interface ClusterPool {
  readonly members: readonly Member[];
  /** Looks at some or all of them; the signer's authority is part of it in any case. */
  observe(only: readonly string[] | undefined, signal: AbortSignal): Promise<Snapshot>;
  close(): Promise<void>;
}

/** How many clusters are looked at at a time: enough for a hundred to be quick, few enough for a small machine. */
const CONCURRENCY = 12;
/** Connections over all clusters: each costs a TLS handshake at the first look and memory afterwards. */
const CONNECTIONS = 240;

/** Opens a mesh. A cluster whose kubeconfig cannot be used is part of it all the same: every look says why it cannot be seen. */
export function createClusters({ targets, istioNamespace, authority, ...dependencies }: ClustersOptions): ClusterPool {
  const connections = connectionsFor(targets.length);
  const members = targets.map((target) => memberOf(target, { ...dependencies, connections }));
  const signer = members.find(({ identity }) => identity.roles.includes('signer'));
  return {
    members,
    observe: (only, signal) =>
      collectMesh({
        members: only === undefined ? members : members.filter(({ identity }) => only.includes(identity.name)),
        istioNamespace,
        authority: signer === undefined ? undefined : { signer, target: authority },
        clock: dependencies.clock,
        signal,
        concurrency: CONCURRENCY,
      }),
    async close() {
      await Promise.all(members.flatMap(({ client }) => (client.ok ? [client.value.close()] : [])));
    },
  };
}

/** What one of so many clusters may have: all that a look can use in a small mesh, and never fewer than two. */
export function connectionsFor(clusters: number): number {
  return Math.max(2, Math.min(MOST_CONNECTIONS, Math.floor(CONNECTIONS / clusters)));
}

function memberOf(target: ClusterTarget, dependencies: ClientDependencies): Member {
  const { identity, application } = target;
  try {
    const client = new ClusterClient(target, dependencies);
    return { identity, application, client: { ok: true, value: client } };
  } catch (error) {
    return { identity, application, client: { ok: false, failure: toFailure(error) } };
  }
}
