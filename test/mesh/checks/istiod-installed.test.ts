import { istiodInstalled } from '../../../src/mesh/checks/istiod-installed.ts';
import { istiod, part } from '../build.ts';
import { grid } from '../grid.ts';

grid(istiodInstalled, [
  { name: 'finds a cluster without istiod', changes: [part('b', 'istiod', () => [])], finds: [['istiod-missing', 'page', 'cluster b']] },
  { name: 'is silent about one that is down', changes: [part('b', 'istiod', () => [istiod({ available: 0 })])], finds: [] },
]);
