import { z } from 'zod';
import type { CanaryObject } from '../../mesh/canary.ts';
import type { ClusterClient } from '../client.ts';
import { orMissing, shaped } from '../readers/reading.ts';
import { DEPLOYMENTS, NAMESPACES, SERVICE_ACCOUNTS, SERVICES, type Resource } from '../resources.ts';

const RESOURCES: Readonly<Record<CanaryObject['kind'], Resource>> = {
  Namespace: NAMESPACES,
  ServiceAccount: SERVICE_ACCOUNTS,
  Service: SERVICES,
  Deployment: DEPLOYMENTS,
};

/** One object, and what became of it. */
export interface CanaryChange {
  /** Such as `Service mesh-canary/mesh-canary-cluster-a`. */
  readonly object: string;
  readonly did: 'created' | 'changed' | 'same' | 'removed' | 'absent';
}

interface Options {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * Applies the canary's objects, the first before those that lie in it. With `dryRun` the API server checks everything and keeps nothing; what would
 * lie in a namespace that is not there yet is then not asked about.
 */
export async function installCanary(
  client: ClusterClient,
  objects: readonly CanaryObject[],
  { dryRun, signal }: Options,
): Promise<readonly CanaryChange[]> {
  const changes: CanaryChange[] = [];
  let isNamespaceThere = true;
  for (const object of objects) {
    const before = isNamespaceThere ? await versionOf(client, object, signal) : undefined;
    const after =
      isNamespaceThere || !dryRun ? versionIn(await client.apply(RESOURCES[object.kind], object, { dryRun, signal })) : undefined;
    if (object.kind === 'Namespace' && before === undefined && dryRun) isNamespaceThere = false;
    changes.push({ object: nameOf(object), did: before === undefined ? 'created' : before === after ? 'same' : 'changed' });
  }
  return changes;
}

/** Takes them away, the last first. The namespace goes as well: whatever else somebody put there goes with it. */
export async function removeCanary(
  client: ClusterClient,
  objects: readonly CanaryObject[],
  { dryRun, signal }: Options,
): Promise<readonly CanaryChange[]> {
  const changes: CanaryChange[] = [];
  for (const object of objects.toReversed()) {
    const before = await versionOf(client, object, signal);
    if (before !== undefined) await client.delete(RESOURCES[object.kind], placeOf(object), { dryRun, signal });
    changes.push({ object: nameOf(object), did: before === undefined ? 'absent' : 'removed' });
  }
  return changes;
}

/** How many pods of the canary are available. */
export interface CanaryState {
  readonly available: number;
  readonly desired: number;
}

const Deployment = z.object({
  spec: z.object({ replicas: z.number().default(1) }).default({ replicas: 1 }),
  status: z.object({ availableReplicas: z.number().default(0) }).default({ availableReplicas: 0 }),
});

/** Whether its Deployment is there; null: it is not. @throws OperatorError where the cluster cannot be looked at. */
export async function readCanary(
  client: ClusterClient,
  objects: readonly CanaryObject[],
  signal: AbortSignal,
): Promise<CanaryState | null> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) return null;
  const found = await orMissing(client.get(DEPLOYMENTS, placeOf(deployment), { signal }));
  if (found === undefined) return null;
  const { spec, status } = shaped(Deployment, found, 'the Deployment of the canary', { client });
  return { available: status.availableReplicas, desired: spec.replicas };
}

function placeOf({ metadata: { name, namespace } }: CanaryObject): { readonly name: string; readonly namespace?: string } {
  return namespace === undefined ? { name } : { name, namespace };
}

function nameOf({ kind, metadata: { name, namespace } }: CanaryObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** The version of what is there; undefined: nothing is. */
async function versionOf(client: ClusterClient, object: CanaryObject, signal: AbortSignal): Promise<string | undefined> {
  return versionIn(await orMissing(client.get(RESOURCES[object.kind], placeOf(object), { signal })));
}

function versionIn(object: unknown): string | undefined {
  return (object as { readonly metadata?: { readonly resourceVersion?: string } } | undefined)?.metadata?.resourceVersion;
}
