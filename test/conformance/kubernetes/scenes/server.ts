/** Scenes of the recordings about the server itself, its accounts, and what lies outside of its store. */
import { token, type Scene } from '../replay.ts';
import { elsewhere, fillNamespace, giveToken, makeNamespace, secret } from './parts.ts';

export const definitions: Scene = {
  before: (stage) => makeNamespace(stage, 'rec-crd'),
};

export const accounts: Scene = {
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

export const discovery: Scene = {
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

export const pods: Scene = {
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

export const slices: Scene = { before: (stage) => makeNamespace(stage, 'rec-eps') };

export const rollout: Scene = { before: (stage) => makeNamespace(stage, 'rec-rollout') };

export const overload: Scene = {
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
