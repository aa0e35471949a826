import { istioVersionSkew } from '../../../src/mesh/checks/istio-version-skew.ts';
import { type Change, istiod, part } from '../build.ts';
import { grid } from '../grid.ts';

function runs(version: string | undefined): Change {
  return part('b', 'istiod', () => [istiod({ version })]);
}

grid(istioVersionSkew, [
  { name: 'is silent about one minor release apart', changes: [runs('1.31.0')], finds: [] },
  { name: 'finds two minor releases apart', changes: [runs('1.28.1')], finds: [['istio-version-skew', 'ticket', 'mesh mesh']] },
  {
    name: 'counts both revisions of a cluster',
    changes: [part('b', 'istiod', (all) => [...all, istiod({ version: '1.32.1' })])],
    finds: [['istio-version-skew', 'ticket', 'mesh mesh']],
  },
  { name: 'is silent about versions that nobody tells', changes: [runs(undefined)], finds: [] },
  { name: 'is silent where no cluster runs istiod', changes: [part('a', 'istiod', () => []), part('b', 'istiod', () => [])], finds: [] },
]);
