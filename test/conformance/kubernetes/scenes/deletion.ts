/** The scene of the recording that deletes. */
import type { Scene, Stage } from '../replay.ts';
import { fillNamespace, makeNamespace, secret } from './parts.ts';

export const deletion: Scene = {
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
