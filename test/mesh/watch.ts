import type { Check, CheckInput, ClusterCheck, MeshCheck } from '../../src/mesh/finding.ts';
import type { ClusterSnapshot, IntermediateFacts, Snapshot } from '../../src/mesh/model.ts';

/** A check that fails when it reads what it does not declare; `reads` is told each input that it does read. */
export function watched(check: Check, reads: (input: CheckInput) => void = () => undefined): Check {
  const read = (input: CheckInput): void => {
    const declared = check.inputs.includes(input) || (input === 'authority' && check.inputs.includes('source'));
    if (!declared) throw new Error(`it reads ${input} without declaring it`);
    reads(input);
  };
  if (check.scope === 'mesh') {
    const own: MeshCheck = {
      ...check,
      evaluate: (clusters, snapshot, now) => {
        const seen = clusters.map((cluster) => watchCluster(cluster, read));
        return check.evaluate(seen, watchSnapshot(snapshot, read), now);
      },
    };
    return own;
  }
  const own: ClusterCheck = {
    ...check,
    evaluate: (cluster, snapshot, now) => check.evaluate(watchCluster(cluster, read), watchSnapshot(snapshot, read), now),
  };
  return own;
}

type Read = (input: CheckInput) => void;

function watchSnapshot(snapshot: Snapshot, read: Read): Snapshot {
  const clusters = snapshot.clusters.map((cluster) => watchCluster(cluster, read));
  const authority = snapshot.authority.ok
    ? {
        ok: true as const,
        value: { ...snapshot.authority.value, intermediates: snapshot.authority.value.intermediates.map((one) => watchSecret(one, read)) },
      }
    : snapshot.authority;
  return onRead({ ...snapshot, clusters, authority }, (key) => key === 'authority' && read('authority'));
}

function watchCluster(cluster: ClusterSnapshot, read: Read): ClusterSnapshot {
  return onRead(cluster, (key) => key !== 'identity' && read(key));
}

function watchSecret(intermediate: IntermediateFacts, read: Read): IntermediateFacts {
  return onRead(intermediate, (key) => key === 'secret' && read('source'));
}

function onRead<T extends object>(target: T, tell: (key: keyof T) => unknown): T {
  return new Proxy(target, {
    get(object, key, receiver): unknown {
      if (typeof key === 'string') tell(key as keyof T);
      return Reflect.get(object, key, receiver);
    },
  });
}
