import type { CanariesHere } from '../cli/canary.ts';
import type { ProbesConfig } from '../config/config.ts';
import { OperatorError } from '../core/errors.ts';
import type { ClusterClient } from '../k8s/client.ts';
import type { ClusterPool } from '../k8s/clusters.ts';
import { installCanary, readCanary, removeCanary } from '../k8s/probing/canary-install.ts';
import { canaryObjects } from '../mesh/canary.ts';

/** The canaries of the clusters of a configuration. */
export function openCanariesHere({ canary }: ProbesConfig, pool: ClusterPool, signal: AbortSignal): CanariesHere {
  const names = pool.members.map(({ identity }) => identity.name);
  const clientOf = (cluster: string): ClusterClient => {
    const member = pool.members.find(({ identity }) => identity.name === cluster);
    if (member === undefined) throw new OperatorError({ reason: 'invalid', what: `No cluster is named ${cluster}` });
    if (member.client.ok) return member.client.value;
    const { reason, message, next } = member.client.failure;
    throw new OperatorError({ reason, what: message, ...(next === undefined ? {} : { next }) });
  };
  const objectsOf = (cluster: string) => canaryObjects(canary, cluster, names);
  return {
    install: (cluster, dryRun) => installCanary(clientOf(cluster), objectsOf(cluster), { dryRun, signal }),
    remove: (cluster, dryRun) => removeCanary(clientOf(cluster), objectsOf(cluster), { dryRun, signal }),
    state: (cluster) => readCanary(clientOf(cluster), objectsOf(cluster), signal),
    close: () => pool.close(),
  };
}
