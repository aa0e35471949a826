import { clusterReachable } from '../../../src/mesh/checks/cluster-reachable.ts';
import { blind, failed, inCluster, unreachable } from '../build.ts';
import { grid } from '../grid.ts';

grid(clusterReachable, [
  { name: 'finds a cluster that does not answer', changes: [unreachable('b')], finds: [['cluster-unreachable', 'page', 'cluster b']] },
  { name: 'finds one that refuses us', changes: [blind('b', 'api')], finds: [['cluster-refuses-us', 'page', 'cluster b']] },
  {
    name: 'finds one whose certificate is not what we expect',
    changes: [inCluster('a', () => ({ api: failed({ reason: 'tls', message: 'foreign certificate' }) }))],
    finds: [['cluster-refuses-us', 'page', 'cluster a']],
  },
]);
