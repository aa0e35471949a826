import { istiodAvailable } from '../../../src/mesh/checks/istiod-available.ts';
import { istiod, part } from '../build.ts';
import { grid } from '../grid.ts';

grid(istiodAvailable, [
  {
    name: 'finds one that is down',
    changes: [part('b', 'istiod', () => [istiod({ available: 0 })])],
    finds: [['istiod-unavailable', 'page', 'object b istio-system/istiod']],
  },
  {
    name: 'finds the revision that is down',
    changes: [part('b', 'istiod', (all) => [...all, istiod({ name: 'istiod-canary', revision: 'canary', available: 0 })])],
    finds: [['istiod-unavailable', 'page', 'object b istio-system/istiod-canary']],
  },
  {
    name: 'is silent where one of two is available',
    changes: [part('b', 'istiod', () => [istiod({ desired: 2, available: 1 })])],
    finds: [],
  },
  { name: 'is silent where there is none', changes: [part('b', 'istiod', () => [])], finds: [] },
]);
