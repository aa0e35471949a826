/** Random requests of the kinds that the product sends. */
import type { Wanted } from './memory.ts';
import type { Seeded } from './seeded.ts';

interface Kind {
  readonly plural: string;
  readonly root: string;
  readonly head: { readonly apiVersion: string; readonly kind: string };
  /** Fields that a writer may state, beside the labels. */
  content(random: Seeded): object;
}

const VALUES = ['MQ==', 'Mg==', ''] as const;
const TIMES = ['2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:01.500000Z'] as const;

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    plural: 'configmaps',
    root: '/api/v1',
    head: { apiVersion: 'v1', kind: 'ConfigMap' },
    content: (random) => ({ data: values(random, ['root-cert.pem', 'mesh', 'other']) }),
  },
  {
    plural: 'secrets',
    root: '/api/v1',
    head: { apiVersion: 'v1', kind: 'Secret' },
    content: (random) => ({ data: values(random, ['ca-cert.pem', 'ca-key.pem', 'root-cert.pem']) }),
  },
  {
    plural: 'leases',
    root: '/apis/coordination.k8s.io/v1',
    head: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
    content: (random) => ({
      spec: {
        holderIdentity: random.pick(['one', 'two']),
        leaseDurationSeconds: random.pick([15, 30, 1]),
        renewTime: random.pick(TIMES),
        ...(random.often(0.5) ? { leaseTransitions: random.pick([0, 1]) } : {}),
      },
    }),
  },
  {
    plural: 'certificates',
    root: '/apis/cert-manager.io/v1',
    head: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    content: (random) => ({
      spec: {
        secretName: random.pick(['a', 'b']),
        issuerRef: { name: random.pick(['root', 'self']), kind: 'ClusterIssuer' },
        ...(random.often(0.5) ? { duration: random.pick(['24h', '48h']) } : {}),
        ...(random.often(0.5) ? { usages: random.some(['cert sign', 'crl sign']) } : {}),
      },
    }),
  },
];

const NAMES = ['one', 'two', 'three'] as const;
const MANAGERS = ['meshwarden', 'kubectl-edit', 'helm'] as const;

function values(random: Seeded, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(random.some(keys).map((key) => [key, random.pick(VALUES)]));
}

/** Where one random request goes. */
interface Aim {
  readonly random: Seeded;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly collection: string;
}

type Maker = (aim: Aim) => Omit<Wanted, 'plural' | 'as'>;

/** As often as it is listed. */
const MAKERS: readonly [Maker, ...Maker[]] = [
  create,
  create,
  replace,
  apply,
  apply,
  apply,
  merge,
  merge,
  remove,
  remove,
  status,
  get,
  list,
  list,
];

/** The next request to that namespace. */
export function nextRequest(random: Seeded, namespace: string): Wanted {
  const kind = random.pick(KINDS);
  if (random.often(0.03)) return { plural: '', as: 'admin', ...unknown(random, namespace) };
  if (random.often(0.05)) return { plural: '', as: random.pick(['admin', 'poor']), ...review(random, namespace) };
  const place = random.often(0.03) ? `${namespace}-absent` : namespace;
  const name = random.often(0.02) ? 'Odd_Name' : random.pick(NAMES);
  const collection = `${kind.root}/namespaces/${place}/${kind.plural}`;
  const made = random.pick(MAKERS)({ random, kind, namespace: place, name, collection });
  return { plural: kind.plural, as: random.often(0.08) ? 'poor' : 'admin', ...made };
}

function objectOf({ random, kind, namespace, name }: Aim, metadata: object = {}): object {
  const labels = random.often(0.6) ? { labels: { set: random.pick(['x', 'y']) } } : {};
  return { ...kind.head, metadata: { namespace, name, ...labels, ...metadata }, ...kind.content(random) };
}

/** The manager of a write, sometimes for show only. */
function writing({ random }: Aim, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ fieldManager: random.pick(MANAGERS), ...more, ...(random.often(0.15) ? { dryRun: 'All' } : {}) });
  return `?${query.toString()}`;
}

function create(aim: Aim): ReturnType<Maker> {
  return { method: 'POST', path: aim.collection + writing(aim), body: objectOf(aim) };
}

function replace(aim: Aim): ReturnType<Maker> {
  const key = `${aim.kind.plural}/${aim.name}`;
  const condition = aim.random.pick<object>([
    { resourceVersion: `<rv:${key}>` },
    { resourceVersion: `<rv:${key}>` },
    { resourceVersion: `<rv:${key}:1>` },
    { resourceVersion: `<rv:${key}>`, uid: `<uid:${key}>` },
    { resourceVersion: `<rv:${key}>`, uid: '00000000-0000-4000-8000-000000000001' },
    // The product never replaces without a version, and a Lease would be made that way.
    ...(aim.kind.plural === 'leases' ? [] : [{}]),
  ]);
  return { method: 'PUT', path: `${aim.collection}/${aim.name}${writing(aim)}`, body: objectOf(aim, condition) };
}

function apply(aim: Aim): ReturnType<Maker> {
  // The product never applies a Lease.
  if (aim.kind.plural === 'leases') return replace(aim);
  const path = `${aim.collection}/${aim.name}${writing(aim, { force: String(aim.random.often(0.4)) })}`;
  return { method: 'PATCH', path, contentType: 'application/apply-patch+yaml', body: objectOf(aim) };
}

function merge(aim: Aim): ReturnType<Maker> {
  const { random, kind, name } = aim;
  const body = random.pick<object>([
    kind.content(random),
    kind.content(random),
    { metadata: { labels: { set: random.pick(['x', 'y', null]) } } },
    { metadata: { annotations: { note: random.pick(['a', 'b', null]) } } },
    { metadata: { resourceVersion: `<rv:${kind.plural}/${name}>` }, ...kind.content(random) },
    { metadata: { resourceVersion: `<rv:${kind.plural}/${name}:1>` }, ...kind.content(random) },
    kind.plural === 'certificates' ? { spec: { duration: null } } : { data: { mesh: null } },
    { metadata: { finalizers: random.pick<unknown>([['example.com/hold'], [], null, null]) } },
  ]);
  return { method: 'PATCH', path: `${aim.collection}/${name}${writing(aim)}`, contentType: 'application/merge-patch+json', body };
}

function remove({ random, kind, collection, name }: Aim): ReturnType<Maker> {
  const key = `${kind.plural}/${name}`;
  const preconditions = random.pick<object | undefined>([
    undefined,
    { uid: `<uid:${key}>` },
    { uid: `<uid:${key}>`, resourceVersion: `<rv:${key}>` },
    { resourceVersion: `<rv:${key}:1>` },
    { uid: '00000000-0000-4000-8000-000000000001' },
  ]);
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(preconditions === undefined ? {} : { preconditions }),
    ...(random.often(0.15) ? { dryRun: ['All'] } : {}),
  };
  return { method: 'DELETE', path: `${collection}/${name}`, body };
}

function status(aim: Aim): ReturnType<Maker> {
  const { random, kind, collection, name } = aim;
  const path = `${collection}/${name}/status${writing(aim)}`;
  const content = { status: { conditions: [{ type: random.pick(['Ready', 'Issuing']), status: random.pick(['True', 'False']) }] } };
  if (random.often(0.5)) return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: content };
  return { method: 'PUT', path, body: { ...objectOf(aim, { resourceVersion: `<rv:${kind.plural}/${name}>` }), ...content } };
}

function get({ collection, name }: Aim): ReturnType<Maker> {
  return { method: 'GET', path: `${collection}/${name}` };
}

function list({ random, kind, collection }: Aim): ReturnType<Maker> {
  // Controllers of the real server keep a ConfigMap in every namespace, without labels.
  const label =
    kind.plural === 'configmaps' || random.often(0.5) ? random.pick(['set', 'set=x', 'set!=x,set', 'set in (x,y)', 'set==']) : undefined;
  const field = random.often(0.3) ? random.pick(['metadata.name=one', 'metadata.name!=two']) : undefined;
  const limit = random.often(0.5) ? random.pick(['1', '2', '500']) : undefined;
  const wanted = { labelSelector: label, fieldSelector: field, limit };
  const query = Object.entries(wanted).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  // Only from one page to the next does a selector stay the same.
  const page =
    limit !== undefined && label === undefined && field === undefined && random.often(0.5) ? [`continue=<continue:${kind.plural}>`] : [];
  return { method: 'GET', path: `${collection}?${[...query, ...page].join('&')}` };
}

function review(random: Seeded, namespace: string): ReturnType<Maker> {
  const resourceAttributes = {
    group: random.pick(['', 'coordination.k8s.io', 'cert-manager.io']),
    resource: random.pick(['secrets', 'configmaps', 'leases', 'certificates']),
    verb: random.pick(['get', 'list', 'update', 'patch']),
    ...(random.often(0.7) ? { namespace } : {}),
    ...(random.often(0.4) ? { name: random.pick(NAMES) } : {}),
  };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  return { method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body };
}

function unknown(random: Seeded, namespace: string): ReturnType<Maker> {
  const path = random.pick([
    '/apis/unknown.example.com/v1/things',
    `/apis/unknown.example.com/v1/namespaces/${namespace}/things/one`,
    `/api/v1/namespaces/${namespace}/things`,
    `/apis/cert-manager.io/v1/namespaces/${namespace}/things`,
    `/apis/cert-manager.io/v9/namespaces/${namespace}/certificates`,
    `/apis/apps/v9/namespaces/${namespace}/deployments`,
    '/nothing',
  ]);
  return { method: 'GET', path };
}
