/** Kubernetes Events as cert-manager tells them: one of each kind, counted. */
import { createHash } from 'node:crypto';
import { kubeTime, type KubeObject } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';

/** What an Event says. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Without the `cert-manager-` in front. */
  readonly source: string;
}

/** Tells an Event about an object. */
export type Tell = (about: KubeObject, told: Told) => void;

/** What is told about a thing without a namespace lies here. */
const CLUSTER_EVENTS = 'default';

/** Writes Events into the cluster. */
export function createTeller(store: ObjectStore, now: () => number): Tell {
  const counts = new Map<string, { count: number; first: string }>();
  return ({ apiVersion, kind, metadata }, { type, reason, message, source }) => {
    const namespace = metadata.namespace ?? CLUSTER_EVENTS;
    const involvedObject = {
      apiVersion,
      kind,
      name: metadata.name,
      uid: metadata.uid,
      ...(metadata.namespace === undefined ? {} : { namespace }),
    };
    const id = createHash('sha256')
      .update(JSON.stringify([involvedObject, type, reason, message, source]))
      .digest('hex')
      .slice(0, 16);
    const at = kubeTime(now());
    const before = counts.get(id);
    const seen = { count: (before?.count ?? 0) + 1, first: before?.first ?? at };
    counts.set(id, seen);
    store.put(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace, name: `${metadata.name}.${id}` },
        count: seen.count,
        firstTimestamp: seen.first,
        lastTimestamp: at,
        involvedObject,
        message,
        reason,
        source: { component: `cert-manager-${source}` },
        type,
      },
      { manager: 'controller' },
    );
  };
}
