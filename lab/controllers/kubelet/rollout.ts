/** The Deployment controller for one Deployment: replaces its pods one by one, a new one first, and says how far it is. */
import { type Fields, fieldsAt, kubeTime, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
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

/** Pods of later rollouts have addresses from here on; those of the scene lie below. */
const FIRST_ADDRESS = 215;
const ADDRESSES = 39;

/** The controller of one Deployment. */
export class Rollout {
  readonly #options: RolloutOptions;
  readonly #madeFrom = new Map<string, string>();
  #made = 0;

  constructor(options: RolloutOptions) {
    this.#options = options;
  }

  /** The pods that are there now were made from the Deployment as it is now. */
  adopt(): void {
    const owner = this.#deployment();
    if (owner === undefined) return;
    for (const { metadata } of this.pods()) this.#madeFrom.set(metadata.uid ?? '', templateOf(owner));
  }

  pods(): KubeObject[] {
    const { store, namespace, name } = this.#options;
    return store.list('Pod', namespace).filter(({ spec }) => textAt(spec, 'serviceAccountName') === name);
  }

  /** Goes one step towards what the Deployment asks for; what it writes brings it back here. */
  step(): void {
    const owner = this.#deployment();
    if (owner === undefined) return;
    const replicas = Number(fieldsAt(owner, 'spec')['replicas'] ?? 1);
    const all = this.pods();
    const updated = all.filter((pod) => this.#isNew(pod, owner)).length;
    const gone = this.#surplus(all, owner, replicas);
    if (updated < replicas && all.length <= replicas) this.#create(owner);
    else if (gone !== undefined) this.#options.store.delete('Pod', this.#options.namespace, gone.metadata.name ?? '');
    else this.#say(owner, { replicas, total: all.length, updated, ready: all.filter((pod) => this.#isReady(pod)).length });
  }

  #deployment(): KubeObject | undefined {
    const { store, namespace, name } = this.#options;
    return store.get('Deployment', namespace, name);
  }

  #isNew(pod: KubeObject, owner: KubeObject): boolean {
    return this.#madeFrom.get(pod.metadata.uid ?? '') === templateOf(owner);
  }

  #isReady(pod: KubeObject): boolean {
    return this.#options.isReady(pod.metadata.name ?? '');
  }

  #create(owner: KubeObject): void {
    const { store, namespace, name, podNetwork } = this.#options;
    const template = templateOf(owner);
    this.#made += 1;
    const hash = letters(template, 10);
    const texts = (part: 'labels' | 'annotations'): Fields => fieldsAt(owner, 'spec', 'template', 'metadata', part);
    const pod = store.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace,
        name: `${name}-${hash}-${letters(`${namespace}/${name}/${this.#made}`, 5)}`,
        labels: { ...stringsOf(texts('labels')), 'pod-template-hash': hash },
        annotations: stringsOf(texts('annotations')),
      },
      spec: { containers: listAt(owner, 'spec', 'template', 'spec', 'containers'), nodeName: NODE, serviceAccountName: name },
      status: { phase: 'Pending', podIP: `${podNetwork}.${FIRST_ADDRESS + (this.#made % ADDRESSES)}` },
    });
    this.#madeFrom.set(pod.metadata.uid ?? '', template);
  }

  /** The pod to take away next, if one may go: as many as are asked for must stay ready, and the only new ones stay too. */
  #surplus(all: readonly KubeObject[], owner: KubeObject, replicas: number): KubeObject | undefined {
    if (all.length <= replicas) return undefined;
    const rank = (pod: KubeObject): number => (this.#isNew(pod, owner) ? 2 : 0) + (this.#isReady(pod) ? 1 : 0);
    const [first] = all.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) return undefined;
    const needed = this.#isNew(first, owner) && all.filter((pod) => this.#isNew(pod, owner)).length <= replicas;
    const mayGo = !this.#isReady(first) || all.filter((pod) => this.#isReady(pod)).length > replicas;
    return mayGo && !needed ? first : undefined;
  }

  #say(owner: KubeObject, counts: Counts): void {
    const { store, namespace, name, now, handsOff } = this.#options;
    if (handsOff('Deployment', namespace, name)) return;
    const before = fieldsAt(owner, 'status');
    const status = deploymentStatus(owner, counts, now());
    const changed = Object.entries(status).some(([key, value]) => JSON.stringify(before[key] ?? null) !== JSON.stringify(value));
    if (changed) store.patch('Deployment', namespace, name, { status }, { subresource: 'status', manager: 'kube-controller-manager' });
  }
}

function templateOf(owner: KubeObject): string {
  return JSON.stringify(fieldsAt(owner, 'spec', 'template'));
}

function stringsOf(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
}

interface Counts {
  readonly replicas: number;
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
}

const AVAILABLE = ['True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'] as const;
const UNAVAILABLE = ['False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'] as const;
const PROGRESSED = ['True', 'NewReplicaSetAvailable', 'ReplicaSet has successfully progressed.'] as const;
const PROGRESSING = ['True', 'ReplicaSetUpdated', 'ReplicaSet is progressing.'] as const;

/** Counts of zero are left out, which a merge patch says with null. */
function deploymentStatus(owner: KubeObject, { replicas, total, updated, ready }: Counts, now: number): Record<string, unknown> {
  const count = (value: number): number | null => (value === 0 ? null : value);
  const complete = updated === replicas && total === replicas && ready >= replicas;
  const said = (type: string, [status, reason, message]: readonly [string, string, string]): Said => ({ type, status, reason, message });
  return {
    observedGeneration: owner.metadata.generation ?? 1,
    replicas: count(total),
    updatedReplicas: count(updated),
    readyReplicas: count(ready),
    availableReplicas: count(ready),
    unavailableReplicas: count(Math.max(0, total - ready)),
    conditions: [
      condition(owner, said('Available', ready >= replicas ? AVAILABLE : UNAVAILABLE), now),
      condition(owner, said('Progressing', complete ? PROGRESSED : PROGRESSING), now),
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
