/** Feeds everything that happens in a mesh of the lab to the checker of the safety rules, at the instant at which it happens. */
import { createInvariants, type Breach, type MeshEvent, type Purpose } from '../../lab/invariants.ts';
import type { KubeObject } from '../../lab/kubernetes/object.ts';
import type { StoreEvent } from '../../lab/kubernetes/store.ts';
import type { MeshMember } from '../../lab/scene/member.ts';
import type { LabMesh } from '../../lab/scene/mesh.ts';
import { readCertificates, type Certificate } from '../../src/pki/certificate.ts';

const NAMESPACE = 'istio-system';
/** Workloads take a new certificate after half of the life of the one they have. */
const RENEWS_AFTER_MS = 12 * 3_600_000;

type Without<Event> = Event extends MeshEvent ? Omit<Event, 'at' | 'cluster'> : never;
type Fed = Without<MeshEvent>;

export interface Watch {
  /** What whoever writes now was asked for; undefined: somebody else writes. */
  purpose: Purpose;
  breaches(): readonly Breach[];
}

/** Watches until the mesh is stopped. */
export function watchMesh(mesh: LabMesh, pinnedRoot: string): Watch {
  const rules = createInvariants({ pinnedRoot });
  const watch: Watch = { purpose: undefined, breaches: () => rules.violations() };
  const feed = (cluster: string, event: Fed): void => rules.feed({ ...event, at: mesh.clock.now(), cluster });
  const eyes = mesh.members.map((member) => lookAt(member, watch, { feed, now: () => mesh.clock.now() }));
  mesh.clock.onAdvance(() => {
    for (const look of eyes) look();
  });
  return watch;
}

interface Feeding {
  readonly feed: (cluster: string, event: Fed) => void;
  readonly now: () => number;
}

/** Answers a look at what istiods serve and workloads hold. */
function lookAt(member: MeshMember, watch: Watch, { feed, now }: Feeding): () => void {
  const { name, api, istiod } = member;
  const bundles = new Map<string, readonly Certificate[]>();
  const served = new Map<string, string>();
  let renewed = -Infinity;

  function workload(): void {
    const pod = istiod.instances.find(({ authority }) => authority !== undefined);
    const trusts = bundles.get('default');
    if (pod === undefined || trusts === undefined || now() - renewed < RENEWS_AFTER_MS) return;
    renewed = now();
    feed(name, { kind: 'workload', name: 'app', chain: readCertificates(pod.servedChain()).certificates, trusts });
  }
  function istiods(): void {
    const present = new Map(istiod.instances.map((one) => [one.pod, one.servedChain()]));
    for (const pod of served.keys()) if (!present.has(pod)) present.set(pod, '');
    for (const [pod, chain] of present) {
      if (served.get(pod) === chain) continue;
      served.set(pod, chain);
      feed(name, { kind: 'served', pod, chain: readCertificates(chain).certificates });
    }
  }
  function look(): void {
    istiods();
    workload();
  }
  function seen(event: StoreEvent): void {
    const told = eventOf(event, watch.purpose);
    if (told !== undefined) feed(name, told);
    const bundle = bundleOf(event.object);
    if (bundle === undefined) return;
    bundles.set(bundle.namespace, bundle.roots);
    feed(`${name}/${bundle.namespace}`, { kind: 'published', roots: bundle.roots });
  }

  const there = [...api.store.list('Secret', NAMESPACE), ...api.store.list('ConfigMap')];
  for (const object of there) seen({ type: 'ADDED', revision: 0, key: '', object, previous: undefined });
  look();
  api.store.onWrite((event) => {
    seen(event);
    queueMicrotask(look);
  });
  return look;
}

function eventOf({ type, object, previous }: StoreEvent, purpose: Purpose): Fed | undefined {
  const { name = '', namespace, annotations = {} } = object.metadata;
  if (object.kind !== 'Secret' || namespace !== NAMESPACE) return undefined;
  const data = type === 'DELETED' ? null : dataOf(object);
  if (name.startsWith('cacerts-backup-')) return { kind: 'backup', name, data };
  if (name !== 'cacerts') return undefined;
  // What a request carried is not seen here: that the API server refuses another version is tried in the races.
  const was = previous?.metadata.resourceVersion;
  return {
    kind: 'cacerts',
    data,
    annotations,
    purpose,
    ownedBy: previous === undefined ? undefined : ownerOf(previous),
    restsOn: was,
    was,
  };
}

function dataOf(object: KubeObject): Readonly<Record<string, Uint8Array>> {
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> };
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
}

/** Whoever owns a key of the data beside us. */
function ownerOf({ metadata }: KubeObject): string {
  const fields = (metadata.managedFields ?? []) as readonly { readonly manager?: string; readonly fieldsV1?: object }[];
  const other = fields.find(({ manager, fieldsV1 }) => manager !== 'meshwarden' && fieldsV1 !== undefined && 'f:data' in fieldsV1);
  return other?.manager ?? 'meshwarden';
}

function bundleOf({
  kind,
  metadata,
  ...rest
}: KubeObject): { readonly namespace: string; readonly roots: readonly Certificate[] } | undefined {
  if (kind !== 'ConfigMap' || metadata.name !== 'istio-ca-root-cert') return undefined;
  const { data } = rest as { readonly data?: Readonly<Record<string, string>> };
  return { namespace: metadata.namespace ?? '', roots: readCertificates(data?.['root-cert.pem'] ?? '').certificates };
}
