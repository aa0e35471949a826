/** The istiods of one cluster together: who leads, and what the leader hands out. */
import type { LabClock } from '../../clock.ts';
import type { LabCluster } from '../../kubernetes/cluster.ts';
import { isFields, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
import type { StoreEvent } from '../../kubernetes/store.ts';
import type { IstiodKnobs } from '../knobs.ts';
import type { Alarms } from '../timers.ts';
import type { IstiodSettings } from './authority.ts';
import type { Files } from './bundle.ts';
import type { Reviewer, Reviewers } from './client-identity.ts';
import { type IstiodInstance, startInstance } from './instance.ts';
import { CRL_BUNDLE, publish, publishEverywhere, type PublishContext, TRUST_BUNDLE } from './publish.ts';
import { selfSignedOf } from './self-signed.ts';

/** What they stand on. */
export interface ControlPlaneOptions {
  readonly api: LabCluster;
  readonly clock: LabClock;
  readonly alarms: Alarms;
  readonly knobs: IstiodKnobs;
  /** The Istio cluster ID. */
  readonly cluster: string;
  readonly namespace: string;
  /** Reviews tokens in another cluster of the mesh. */
  readonly remote: (id: string) => Reviewer | undefined;
  readonly handsOff: (kind: string, namespace: string, name: string) => boolean;
}

/** How a process ends: asked to, or by itself. */
export type Ending = 'term' | 'crash';

/** Until another replica has the lock of one that gave it back, or of one that did not; as recorded. */
const TAKEOVER_MS: Readonly<Record<Ending, number>> = { term: 13_000, crash: 33_000 };

/** The istiods of a cluster. */
export class ControlPlane {
  readonly #options: ControlPlaneOptions;
  readonly #publishing: PublishContext;
  readonly #instances = new Map<string, IstiodInstance>();
  #leader: string | undefined;
  #lockIsFree = true;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#publishing = { store: options.api.store, handsOff: options.handsOff };
  }

  get instances(): readonly IstiodInstance[] {
    return [...this.#instances.values()];
  }

  /** The pod that writes the ConfigMaps; undefined while nobody holds the lock. */
  get leader(): string | undefined {
    return this.#leader;
  }

  /** Starts the process of a pod, in the place of one that ran there. */
  launch(pod: KubeObject, files: Files): IstiodInstance {
    const { api, namespace, clock } = this.#options;
    const name = pod.metadata.name ?? '';
    this.#instances.get(name)?.stop();
    const instance = startInstance({
      api,
      namespace,
      pod: name,
      settings: settingsOf(pod),
      files,
      now: () => clock.now(),
      selfSigned: () => selfSignedOf(api.store, namespace, clock.now()),
      reviewers: this.#reviewers(),
      remoteSecrets: () => this.#remoteSecrets(),
    });
    this.#instances.set(name, instance);
    if (instance.crash !== undefined) this.#abdicate(name, 'crash');
    else if (this.#lockIsFree || this.#leader === name) this.#lead(name);
    return instance;
  }

  /** The files of a pod changed. */
  changed(pod: string, files: Files): void {
    const instance = this.#instances.get(pod);
    if (instance?.authority === undefined || instance.authority.selfSigned) return;
    const { refusal } = this.#options.knobs;
    if (refusal !== undefined) {
      instance.refuse(refusal);
      return;
    }
    const before = this.#rootsOf(pod);
    instance.reload(files);
    if (pod === this.#leader && this.#rootsOf(pod) !== before) this.#publishAll();
  }

  /** The pod is asked to end. */
  end(pod: string): void {
    this.#instances.get(pod)?.stop();
    this.#instances.delete(pod);
    this.#abdicate(pod, 'term');
  }

  /** Something was written in the cluster: the leader keeps what it hands out. */
  seen({ object, type }: StoreEvent): void {
    const roots = this.#rootsOf(this.#leader);
    if (roots === undefined) return;
    const { name = '', namespace = '' } = object.metadata;
    if (object.kind === 'Namespace' && type === 'ADDED') publish(this.#publishing, name, roots);
    if (object.kind === 'ConfigMap' && (name === TRUST_BUNDLE || name === CRL_BUNDLE)) publish(this.#publishing, namespace, roots);
  }

  close(): void {
    for (const instance of this.#instances.values()) instance.stop();
    this.#instances.clear();
  }

  #rootsOf(pod: string | undefined): string | undefined {
    return this.#instances.get(pod ?? '')?.authority?.signing.texts.roots;
  }

  #publishAll(): void {
    const roots = this.#rootsOf(this.#leader);
    if (roots !== undefined) publishEverywhere(this.#publishing, roots);
  }

  #lead(pod: string): void {
    this.#leader = pod;
    this.#lockIsFree = false;
    this.#instances.get(pod)?.log.write('info', 'leader election lock obtained: istio-namespace-controller-election');
    this.#publishAll();
  }

  #abdicate(pod: string, how: Ending): void {
    if (this.#leader !== pod) return;
    this.#leader = undefined;
    const { alarms, clock } = this.#options;
    alarms.at(clock.now() + TAKEOVER_MS[how], () => {
      this.#lockIsFree = true;
      const next = this.instances.find(({ crash }) => crash === undefined);
      if (next !== undefined) this.#lead(next.pod);
    });
  }

  #reviewers(): Reviewers {
    const { api, cluster, remote } = this.#options;
    return {
      local: (token, audience) => api.reviewToken(token, audience),
      localId: cluster,
      remotes: () => this.#remoteSecrets().map(({ id }) => id),
      remote: (id) => (this.#remoteSecrets().some((one) => one.id === id) ? remote(id) : undefined),
    };
  }

  #remoteSecrets(): { id: string; secretName: string }[] {
    const { api, namespace } = this.#options;
    return api.store
      .list('Secret', namespace)
      .filter(({ metadata }) => metadata.labels?.['istio/multiCluster'] === 'true')
      .flatMap(({ metadata, data }) =>
        Object.keys(isFields(data) ? data : {}).map((id) => ({ id, secretName: `${metadata.namespace}/${metadata.name}` })),
      );
  }
}

/** Image and flags as the pod's container has them. */
function settingsOf(pod: KubeObject): IstiodSettings {
  const container = listAt(pod, 'spec', 'containers').find((one) => textAt(one, 'name') === 'discovery');
  const flag = listAt(container, 'env').find((one) => textAt(one, 'name') === 'ISTIO_MULTIROOT_MESH');
  return { image: textAt(container, 'image') ?? '', multiRoot: textAt(flag, 'value') === 'true' };
}
