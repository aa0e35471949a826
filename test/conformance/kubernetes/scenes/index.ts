/** The scene of each recording that needs one. */
import type { KubeObject } from '../../../../lab/kubernetes/cluster.ts';
import { readRecording, type RecordingName } from '../recording.ts';
import { token, type Scene, type Stage } from '../replay.ts';
import { fillNamespace, giveToken, istiod, makeNamespace, secret } from './parts.ts';

const crud: Scene = {
  before: (stage) => giveToken(stage, '<token:sa-default>', 'rec-crud', 'default'),
  beforeExchange: { 1: (stage) => fillNamespace(stage, 'rec-crud') },
};

const patches: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-patch');
    secret(stage, 'rec-patch', 'x', { a: 'MQ==', b: 'Mg==' });
    istiod(stage, 'rec-patch');
  },
};

const lease: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-lease'),
  made(placeholder) {
    const number = /^<microtime:(?<number>\d+)>$/.exec(placeholder)?.groups?.['number'];
    if (number === undefined) return undefined;
    // the first two times that are sent are JavaScript's, with three decimals
    return `2026-01-05T12:00:${number.padStart(2, '0')}.123${Number(number) <= 3 ? '' : '456'}Z`;
  },
};

const apply: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-ssa'),
  beforeExchange: { 37: (stage) => controllerWrote(stage, 37), 41: (stage) => controllerWrote(stage, 41) },
};

/** The deployment controller had written what the recorded answer shows. */
function controllerWrote({ cluster, clock }: Stage, index: number): void {
  const answer = readRecording('server-side-apply').find((exchange) => exchange.index === index)?.response.body as KubeObject;
  const now = new Date(clock.now()).toISOString().replace('.000Z', 'Z');
  const { metadata, status } = JSON.parse(JSON.stringify(answer).replaceAll(/<time:\d+>/g, now)) as KubeObject;
  const patch = { metadata: { annotations: metadata.annotations }, status };
  cluster.store.patch('Deployment', 'rec-ssa', 'istiod', patch, { manager: 'kcm', subresource: 'status' });
}

function configMap(name: string, odd: string, network: string) {
  const labels = { odd, 'topology.istio.io/network': network };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'rec-list', labels }, data: { i: name.slice(1) } };
}

const list: Scene = {
  before(stage) {
    const { store } = stage.cluster;
    fillNamespace(stage, 'default');
    stage.clock.at(2);
    makeNamespace(stage, 'rec-list');
    fillNamespace(stage, 'rec-list');
    for (const [name, odd, network] of [
      ['c1', 'yes', 'network-a'],
      ['c2', 'no', 'network-a'],
      ['c3', 'yes', 'network-b'],
      ['c4', 'no', 'network-b'],
      ['c5', 'yes', 'network-b'],
    ] as const) {
      store.put(configMap(name, odd, network), { manager: 'unknown' });
    }
    secret(stage, 'rec-list', 's1', { k: 'dg==' });
    secret(stage, 'rec-list', 's2', { 'tls.crt': '', 'tls.key': '' }, 'kubernetes.io/tls');
  },
  beforeExchange: {
    // an object that was created between two chunks; it is gone again in what was recorded later
    3: ({ cluster }) => void cluster.store.put(configMap('c2a', 'no', 'network-a'), { manager: 'unknown' }),
    4: ({ cluster }) => void cluster.store.delete('ConfigMap', 'rec-list', 'c2a'),
  },
  trim: ({ title }, actual) => (title.endsWith('(items trimmed to names)') ? namesAlone(actual) : actual),
};

function namesAlone(list: unknown): unknown {
  const { items, ...rest } = list as { items: { metadata: { name: string } }[] };
  return { ...rest, items: items.map(({ metadata }) => ({ metadata: { name: metadata.name } })) };
}

/** Something else that happened in the cluster: versions go on. */
function elsewhere({ cluster, clock }: Stage): void {
  const data = { at: String(clock.now()), version: cluster.store.resourceVersion };
  cluster.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'elsewhere', namespace: 'default' }, data });
}

const watch: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-watch');
    secret(stage, 'rec-watch', 'old', { k: 'dg==' });
    giveToken(stage, '<token:sa-default>', 'rec-watch', 'default');
  },
  beforeExchange: { 18: elsewhere, 19: elsewhere },
  late: [18],
};

const expired: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-expired');
    for (let i = 0; i < 6; i += 1) secret(stage, 'rec-expired', `s${i}`, { k: Buffer.from(String(i)).toString('base64') });
  },
  beforeExchange: {
    1(stage) {
      for (let i = 0; i < 12; i += 1) secret(stage, 'rec-expired', 's1', { k: Buffer.from(`x${i}`).toString('base64') });
    },
    7(stage) {
      stage.cluster.faults.expireResourceVersions();
      stage.clock.at(2);
      secret(stage, 'rec-expired', 's1', { k: 'YWZ0ZXI=' });
    },
  },
};

const deletion: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-delete');
    secret(stage, 'rec-delete', 'one', { k: 'dg==' });
    const metadata = { name: 'held', namespace: 'rec-delete', finalizers: ['example.test/hold'] };
    stage.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'dg==' } }, { manager: 'unknown' });
    fillNamespace(stage, 'rec-delete');
  },
  beforeExchange: {
    15: ownerAndChild,
    19: ownerAndChild,
    23: ownerAndChild,
    32({ cluster }) {
      cluster.store.delete('Secret', 'rec-delete', 'child');
      for (const [name, batch] of Object.entries({ l1: 'x', l2: 'x', l3: 'y' })) {
        const metadata = { name, namespace: 'rec-delete', labels: { batch } };
        cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'dg==' } }, { manager: 'unknown' });
      }
    },
    43: changedWhileTerminating,
    35(stage) {
      makeNamespace(stage, 'rec-term');
      stage.clock.at(4);
      const metadata = { name: 'held', namespace: 'rec-term', finalizers: ['example.test/hold'] };
      stage.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'dg==' } }, { manager: 'unknown' });
    },
  },
};

function changedWhileTerminating({ cluster, clock }: Stage): void {
  clock.at(4);
  cluster.store.patch('Secret', 'rec-term', 'held', { data: { k: 'dw==' } }, { manager: 'unknown' });
}

function ownerAndChild({ cluster: { store } }: Stage): void {
  const namespace = 'rec-delete';
  store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace }, data: { a: 'b' } }, { manager: 'unknown' });
  const uid = store.get('ConfigMap', namespace, 'owner')?.metadata.uid ?? '';
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, controller: true, blockOwnerDeletion: true };
  const metadata = { name: 'child', namespace, ownerReferences: [owner] };
  store.delete('Secret', namespace, 'child');
  store.put({ apiVersion: 'v1', kind: 'Secret', metadata, data: { k: 'dg==' } }, { manager: 'unknown' });
}

const definitions: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-crd'),
};

const accounts: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-sa'),
  beforeExchange: {
    22({ cluster: { store } }) {
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const metadata = { name: 'cacerts', namespace: 'rec-sa' };
      const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['cacerts'], verbs: ['get', 'patch'] }];
      store.put({ apiVersion, kind: 'Role', metadata, rules });
      const subjects = [{ kind: 'ServiceAccount', name: 'istio-reader', namespace: 'rec-sa' }];
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'cacerts' };
      store.put({ apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
    },
  },
};

const discovery: Scene = {
  trim({ response, request }, actual) {
    const recorded = response.body as Listing;
    const answered = actual as Listing;
    if (request.path === '/apis' && answered.groups !== undefined) return { ...answered, groups: named(answered.groups, recorded.groups) };
    if (request.path === '/api/v1') return { ...answered, resources: named(answered.resources, recorded.resources) };
    return actual;
  },
};

interface Named {
  readonly name: string;
}

interface Listing {
  readonly groups?: readonly Named[];
  readonly resources?: readonly Named[];
}

/** The entries that the recorder kept, in the order it kept them. */
function named(answered: readonly Named[] | undefined, recorded: readonly Named[] | undefined): (Named | undefined)[] {
  return (recorded ?? []).map(({ name }) => answered?.find((one) => one.name === name));
}

const pods: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-pods');
    fillNamespace(stage, 'rec-pods');
    giveToken(stage, '<token:sa-default>', 'rec-pods', 'default');
    const containers = [
      { name: 'discovery', image: 'example.test/pilot:1.30.0', ports: [{ name: 'http-monitoring', containerPort: 15014 }] },
    ];
    const metadata = { name: 'istiod-1', namespace: 'rec-pods' };
    stage.cluster.store.put({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
  },
  beforeExchange: {
    16: ({ cluster }) => void cluster.store.patch('Pod', 'rec-pods', 'istiod-1', { status: { podIP: '127.0.0.1' } }),
    36: ({ cluster }) => void cluster.store.patch('Pod', 'rec-pods', 'istiod-1', { spec: { nodeName: 'rec-node' } }),
    67: ({ cluster }) => void cluster.store.delete('Pod', 'rec-pods', 'istiod-1'),
  },
};

const slices: Scene = { before: (stage) => makeNamespace(stage, 'rec-eps') };

const rollout: Scene = { before: (stage) => makeNamespace(stage, 'rec-rollout') };

const overload: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-stress');
    stage.cluster.addUser('system:serviceaccount:rec-stress:admin', {
      token: token('<token:sa-cluster-admin>'),
      groups: ['system:masters'],
    });
    secret(stage, 'rec-stress', 'one', { k: 'dg==' });
  },
  beforeExchange: {
    1: ({ cluster }) => cluster.faults.down(),
    7: ({ cluster }) => cluster.faults.up(),
    22: ({ cluster }) => cluster.faults.down(),
    28: ({ cluster }) => cluster.faults.up(),
    31: elsewhere,
    47: ({ cluster }) => cluster.faults.failNext({ status: 504 }),
    49: elsewhere,
    50: ({ cluster }) => cluster.faults.failNext(),
    51: ({ cluster }) => cluster.faults.failNext(),
    52: ({ cluster }) => cluster.faults.failNext({ status: 504 }),
    53: ({ cluster }) => cluster.faults.failNext({ status: 504 }),
    62(stage) {
      stage.clock.at(4);
      secret(stage, 'rec-stress', 'one', { k: 'YWdhaW4w' });
    },
    64: ({ cluster }) => cluster.faults.failNext(),
    73: ({ cluster }) => cluster.faults.failNext({ status: 429 }),
    74: ({ cluster }) => cluster.faults.failNext({ status: 429 }),
  },
};

export const SCENES: Readonly<Partial<Record<RecordingName, Scene>>> = {
  crd: definitions,
  crud,
  delete: deletion,
  'deployment-rollout': rollout,
  discovery,
  endpointslices: slices,
  lease,
  list,
  patches,
  pods,
  'server-side-apply': apply,
  serviceaccount: accounts,
  'starting-and-overload': overload,
  watch,
  'watch-expired': expired,
};
