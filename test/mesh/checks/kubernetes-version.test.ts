import { kubernetesVersion } from '../../../src/mesh/checks/kubernetes-version.ts';
import { type Change, part } from '../build.ts';
import { grid } from '../grid.ts';

function version(minor: number, name: string): Change {
  return part(name, 'api', (api) => ({ ...api, minor }));
}

grid(kubernetesVersion, [
  { name: 'is silent at both ends of the table', changes: [version(32, 'a'), version(37, 'b')], finds: [] },
  { name: 'finds one that is older', changes: [version(31, 'b')], finds: [['kubernetes-version-old', 'ticket', 'cluster b']] },
  { name: 'notes one that is newer', changes: [version(38, 'b')], finds: [['kubernetes-version-new', 'info', 'cluster b']] },
  {
    name: 'notes a new major version',
    changes: [part('b', 'api', (api) => ({ ...api, major: 2, minor: 0 }))],
    finds: [['kubernetes-version-new', 'info', 'cluster b']],
  },
]);
