/** Scenes of the recordings that list and watch. */
import type { Scene } from '../replay.ts';
import { elsewhere, fillNamespace, giveToken, makeNamespace, secret } from './parts.ts';

function configMap(name: string, odd: string, network: string) {
  const labels = { odd, 'topology.istio.io/network': network };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'rec-list', labels }, data: { i: name.slice(1) } };
}

export const list: Scene = {
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

export const watch: Scene = {
  before(stage) {
    makeNamespace(stage, 'rec-watch');
    secret(stage, 'rec-watch', 'old', { k: 'dg==' });
    giveToken(stage, '<token:sa-default>', 'rec-watch', 'default');
  },
  beforeExchange: { 18: elsewhere, 19: elsewhere },
  late: [18],
};

export const expired: Scene = {
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
