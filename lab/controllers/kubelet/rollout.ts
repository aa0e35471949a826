/** The Deployment controller for one Deployment: replaces its pods one by one, a new one first, and says how far it is. */
import { fieldsAt, kubeTime, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
import type { ObjectStore } from '../../kubernetes/objects.ts';
import { letters, NODE } from '../../scene/workloads.ts';

/** Which Deployment, and what is known of its pods. */
export interface RolloutOptions {
  readonly store: ObjectStore;
  readonly namespace: string;
  readonly name: string;
  readonly podNetwork: string;
  readonly now: () => number;
  readonly isReady: (pod: string) => boolean;
  readonly handsOff: (kind: string, namespace: string, name: string) => boolean;
}

/** The controller. */
export interface Rollout {
  /** The pods that are there now were made from the Deployment as it is now. */
  adopt(): void;
  /** Goes one step towards what the Deployment asks for; what it writes brings it back here. */
  step(): void;
  pods(): KubeObject[];
}

/** Pods of later rollouts have addresses from here on; those of the scene lie below. */
const FIRST_ADDRESS = 215;
const ADDRESSES = 39;

/** Before anything was adopted. */
export function createRollout({ store, namespace, name, podNetwork, now, isReady, handsOff }: RolloutOptions): Rollout {
  const madeFrom = new Map<string, string>();
  let made = 0;

  const deployment = (): KubeObject | undefined => store.get('Deployment', namespace, name);
  const templateOf = (object: KubeObject): string => JSON.stringify(fieldsAt(object, 'spec', 'template'));
  const pods = (): KubeObject[] => store.list('Pod', namespace).filter(({ spec }) => textAt(spec, 'serviceAccountName') === name);
  const isNew = (pod: KubeObject, template: string): boolean => madeFrom.get(pod.metadata.uid ?? '') === template;
  const ready = (pod: KubeObject): boolean => isReady(pod.metadata.name ?? '');

  function create(owner: KubeObject): void {
    const template = templateOf(owner);
    made += 1;
    const hash = letters(template, 10);
    const { labels, annotations } = fieldsAt(owner, 'spec', 'template', 'metadata') as Pick<
      KubeObject['metadata'],
      'labels' | 'annotations'
    >;
    const pod = store.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace,
        name: `${name}-${hash}-${letters(`${namespace}/${name}/${made}`, 5)}`,
        labels: { ...labels, 'pod-template-hash': hash },
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec: { containers: listAt(owner, 'spec', 'template', 'spec', 'containers'), nodeName: NODE, serviceAccountName: name },
      status: { phase: 'Pending', podIP: `${podNetwork}.${FIRST_ADDRESS + (made % ADDRESSES)}` },
    });
    madeFrom.set(pod.metadata.uid ?? '', template);
  }

  /** The pod to take away next, if one may go: as many as are asked for must stay ready. */
  function surplus(all: readonly KubeObject[], template: string, replicas: number): KubeObject | undefined {
    if (all.length <= replicas) return undefined;
    const readyNow = all.filter(ready).length;
    const rank = (pod: KubeObject): number => (isNew(pod, template) ? 2 : 0) + (ready(pod) ? 1 : 0);
    const [first] = all.toSorted((a, b) => rank(a) - rank(b));
    return first !== undefined && (!ready(first) || readyNow > replicas) ? first : undefined;
  }

  function step(): void {
    const owner = deployment();
    if (owner === undefined) return;
    const replicas = Number(fieldsAt(owner, 'spec')['replicas'] ?? 1);
    const template = templateOf(owner);
    const all = pods();
    const fresh = all.filter((pod) => isNew(pod, template));
    const gone = surplus(all, template, replicas);
    // A new pod that fails must not be taken for the one too many while it is the only new one.
    if (fresh.length < replicas && all.length <= replicas) create(owner);
    else if (gone !== undefined && !(isNew(gone, template) && fresh.length <= replicas))
      store.delete('Pod', namespace, gone.metadata.name ?? '');
    else if (!handsOff('Deployment', namespace, name))
      say(owner, { replicas, total: all.length, updated: fresh.length, ready: all.filter(ready).length });
  }

  function say(owner: KubeObject, counts: Counts): void {
    const before = fieldsAt(owner, 'status');
    const status = deploymentStatus(owner, counts, now());
    const changed = Object.entries(status).some(([key, value]) => JSON.stringify(before[key] ?? null) !== JSON.stringify(value));
    if (changed) store.patch('Deployment', namespace, name, { status }, { subresource: 'status', manager: 'kube-controller-manager' });
  }

  return {
    adopt() {
      const owner = deployment();
      if (owner === undefined) return;
      for (const { metadata } of pods()) madeFrom.set(metadata.uid ?? '', templateOf(owner));
    },
    step,
    pods,
  };
}

interface Counts {
  readonly replicas: number;
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
}

/** Counts of zero are left out, which a merge patch says with null. */
function deploymentStatus(owner: KubeObject, { replicas, total, updated, ready }: Counts, now: number): Record<string, unknown> {
  const count = (value: number): number | null => (value === 0 ? null : value);
  const available = ready >= replicas;
  const complete = updated === replicas && total === replicas && available;
  return {
    observedGeneration: owner.metadata.generation ?? 1,
    replicas: count(total),
    updatedReplicas: count(updated),
    readyReplicas: count(ready),
    availableReplicas: count(ready),
    unavailableReplicas: count(Math.max(0, total - ready)),
    conditions: [
      available
        ? condition(
            owner,
            { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' },
            now,
          )
        : condition(
            owner,
            {
              type: 'Available',
              status: 'False',
              reason: 'MinimumReplicasUnavailable',
              message: 'Deployment does not have minimum availability.',
            },
            now,
          ),
      complete
        ? condition(
            owner,
            { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: 'ReplicaSet has successfully progressed.' },
            now,
          )
        : condition(
            owner,
            { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'ReplicaSet is progressing.' },
            now,
          ),
    ],
  };
}

interface Said {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** One that says what it said before stays as it is. */
function condition(owner: KubeObject, said: Said, now: number): unknown {
  const before = listAt(owner, 'status', 'conditions').find((one) => textAt(one, 'type') === said.type);
  if (textAt(before, 'status') === said.status && textAt(before, 'reason') === said.reason) return before;
  const time = kubeTime(now);
  return {
    type: said.type,
    status: said.status,
    lastUpdateTime: time,
    lastTransitionTime: time,
    reason: said.reason,
    message: said.message,
  };
}
