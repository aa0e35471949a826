/** The istiods of one cluster together: who leads, what the leader hands out, and the authority that they make for themselves. */
import type { LabClock } from '../../clock.ts';
import type { LabCluster } from '../../kubernetes/cluster.ts';
import { isFields, type KubeObject, listAt, textAt } from '../../kubernetes/object.ts';
import type { StoreEvent } from '../../kubernetes/store.ts';
import { newKey, printKey } from '../../pki/authority.ts';
import { nameOf, signCertificate } from '../../pki/sign.ts';
import { createPublicKey } from 'node:crypto';
import type { IstiodKnobs } from '../knobs.ts';
import type { Alarms } from '../timers.ts';
import type { IstiodSettings, SelfSigned } from './authority.ts';
import type { Files } from './bundle.ts';
import type { Reviewer } from './client-identity.ts';
import { type IstiodInstance, startInstance } from './instance.ts';
import { CRL_BUNDLE, publish, publishEverywhere, TRUST_BUNDLE } from './publish.ts';

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

/** How a process ends: asked to, or killed. */
export type Ending = 'term' | 'kill';

/** The istiods of a cluster. */
export interface ControlPlane {
  readonly instances: readonly IstiodInstance[];
  /** The pod that writes the ConfigMaps; undefined while nobody holds the lock. */
  readonly leader: string | undefined;
  launch(pod: KubeObject, files: Files): IstiodInstance;
  /** The files of a pod changed. */
  changed(pod: string, files: Files): void;
  end(pod: string, how: Ending): void;
  /** Something was written in the cluster. */
  seen(event: StoreEvent): void;
  close(): void;
}

const SELF_SIGNED_SECRET = 'istio-ca-secret';
const DAY_MS = 86_400_000;
const TEN_YEARS_MS = 3650 * DAY_MS;
/** Until another replica has the lock of one that gave it back, or of one that was killed; as recorded. */
const TAKEOVER_MS: Readonly<Record<Ending, number>> = { term: 13_000, kill: 33_000 };

/** Without any process yet. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { api, clock, alarms, knobs, cluster, namespace, remote, handsOff } = options;
  const { store } = api;
  const instances = new Map<string, IstiodInstance>();
  const now = (): number => clock.now();
  const publishing = { store, handsOff };
  let leader: string | undefined;
  let free = true;

  const rootsOf = (pod: string | undefined): string | undefined => instances.get(pod ?? '')?.authority?.signing.texts.roots;
  const remoteSecrets = (): { id: string; secretName: string }[] => remoteSecretsOf(store.list('Secret', namespace));

  function lead(pod: string): void {
    leader = pod;
    free = false;
    instances.get(pod)?.log.write('info', 'leader election lock obtained: istio-namespace-controller-election');
    const roots = rootsOf(pod);
    if (roots !== undefined) publishEverywhere(publishing, roots);
  }
  function succeed(): void {
    free = true;
    const next = [...instances.values()].find(({ crash }) => crash === undefined);
    if (next !== undefined) lead(next.pod);
  }

  function abdicate(pod: string, how: Ending): void {
    if (leader !== pod) return;
    leader = undefined;
    alarms.at(now() + TAKEOVER_MS[how], succeed);
  }

  return {
    get instances() {
      return [...instances.values()];
    },
    get leader() {
      return leader;
    },
    launch(pod, files) {
      const name = pod.metadata.name ?? '';
      instances.get(name)?.stop();
      const reviewers = {
        local: (token: string, audience: string) => api.reviewToken(token, audience),
        localId: cluster,
        remotes: () => remoteSecrets().map(({ id }) => id),
        remote: (id: string) => (remoteSecrets().some((one) => one.id === id) ? remote(id) : undefined),
      };
      const selfSigned = (): SelfSigned => selfSignedOf(api, namespace, now());
      const settings = settingsOf(pod);
      const instance = startInstance({ api, namespace, pod: name, settings, files, now, selfSigned, reviewers, remoteSecrets });
      instances.set(name, instance);
      if (instance.crash !== undefined) abdicate(name, 'kill');
      else if (free || leader === name) lead(name);
      return instance;
    },
    changed(pod, files) {
      const instance = instances.get(pod);
      if (instance?.authority === undefined || instance.authority.selfSigned) return;
      if (knobs.refusal !== undefined) {
        instance.refuse(knobs.refusal);
        return;
      }
      const before = rootsOf(pod);
      instance.reload(files);
      const roots = rootsOf(pod);
      if (pod === leader && roots !== undefined && roots !== before) publishEverywhere(publishing, roots);
    },
    end(pod, how) {
      instances.get(pod)?.stop();
      instances.delete(pod);
      abdicate(pod, how);
    },
    seen({ object, type }) {
      const roots = rootsOf(leader);
      if (roots === undefined) return;
      const { name = '', namespace: inside = '' } = object.metadata;
      if (object.kind === 'Namespace' && type === 'ADDED') publish(publishing, name, roots);
      if (object.kind === 'ConfigMap' && (name === TRUST_BUNDLE || name === CRL_BUNDLE)) publish(publishing, inside, roots);
    },
    close() {
      for (const instance of instances.values()) instance.stop();
      instances.clear();
    },
  };
}

/** Image and flags as the pod's container has them. */
function settingsOf(pod: KubeObject): IstiodSettings {
  const container = listAt(pod, 'spec', 'containers').find((one) => textAt(one, 'name') === 'discovery');
  const flag = listAt(container, 'env').find((one) => textAt(one, 'name') === 'ISTIO_MULTIROOT_MESH');
  return { image: textAt(container, 'image') ?? '', multiRoot: textAt(flag, 'value') === 'true' };
}

function remoteSecretsOf(secrets: readonly KubeObject[]): { id: string; secretName: string }[] {
  return secrets
    .filter(({ metadata }) => metadata.labels?.['istio/multiCluster'] === 'true')
    .flatMap(({ metadata, data }) =>
      Object.keys(isFields(data) ? data : {}).map((id) => ({ id, secretName: `${metadata.namespace}/${metadata.name}` })),
    );
}

/** The authority in `istio-ca-secret`; made and kept there when it is missing. */
function selfSignedOf({ store }: LabCluster, namespace: string, now: number): SelfSigned {
  const found = store.get('Secret', namespace, SELF_SIGNED_SECRET);
  const text = (key: string): string => Buffer.from(textAt(found, 'data', key) ?? '', 'base64').toString();
  if (found !== undefined) return { certificatePem: text('ca-cert.pem'), keyPem: text('ca-key.pem'), found: true };
  const key = newKey('RSA');
  const certificatePem = signCertificate(
    {
      commonName: undefined,
      organization: 'cluster.local',
      publicKey: createPublicKey(key),
      ca: { pathLength: undefined },
      notBefore: now,
      notAfter: now + TEN_YEARS_MS,
    },
    { key, name: nameOf(undefined, 'cluster.local'), keyId: undefined },
  );
  const keyPem = printKey(key);
  const base64 = (value: string): string => Buffer.from(value).toString('base64');
  store.put(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: SELF_SIGNED_SECRET },
      type: 'istio.io/ca-root',
      data: {
        'ca-cert.pem': base64(certificatePem),
        'ca-key.pem': base64(keyPem),
        'cert-chain.pem': '',
        'key.pem': '',
        'root-cert.pem': base64(certificatePem),
      },
    },
    { manager: 'pilot-discovery' },
  );
  return { certificatePem, keyPem, found: false };
}
